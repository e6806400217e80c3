// Macro strings (RFC 7208 section 7.1 "Formal Specification"): their syntax, as values.
//
//   auto spec = parse_domain_spec("%{ir}.%{v}._spf.%{d2}");
//   if (spec) expand_domain(*spec, context);   // "spf/expansion.h"
//
// Errors are one clause of plain English. Threads: pure functions.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dmarc::spf {

/// "%{" letter transformers delimiters "}"
struct Macro {
  char letter = 0;               ///< lower case
  bool url_escape = false;       ///< the letter was upper case
  std::size_t keep = 0;          ///< how many of the right-hand parts stay; 0 for all
  bool reverse = false;          ///< the parts are reversed before
  std::string delimiters = ".";  ///< where the value is split
};

struct MacroString {
  /// Literal text, with "%%", "%_" and "%-" replaced, and macros.
  std::vector<std::variant<std::string, Macro>> pieces;
  std::string text;  ///< as published

  bool uses(char letter) const;
};

/// Where a macro string stands: %{c}, %{r} and %{t} and blanks are for explanations only.
enum class MacroPlace { term, explanation };

tl::expected<MacroString, std::string> parse_macro_string(std::string_view text, MacroPlace place);

/// A macro string that ends in a macro or in "." and a top-level label.
tl::expected<MacroString, std::string> parse_domain_spec(std::string_view text);

}  // namespace dmarc::spf
