// Macro strings (RFC 7208 section 7 "Macros"): their syntax as values, and what they expand to.
//
//   auto spec = parse_domain_spec("%{ir}.%{v}._spf.%{d2}");
//   if (spec) auto name = expand_domain(*spec, {identity, domain});   // 1.2.0.192.in-addr._spf...
//
// A MacroString refers to the text that it was read from and must not outlive it. Syntax errors are
// one clause of plain English.
//
// Threads: pure functions. Cost: that of an expansion is bounded by spf/limits.h, however long the
// macro string is.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/ip_address.h>

namespace dmarc::spf {

/// "%{" letter transformers delimiters "}"
struct Macro {
  char letter = 0;                    ///< lower case
  bool url_escape = false;            ///< the letter was upper case
  bool reverse = false;               ///< the parts are reversed before
  std::size_t keep = 0;               ///< how many of the right-hand parts stay; 0 for all
  std::string_view delimiters = ".";  ///< where the value is split
};

struct MacroString {
  std::string_view text;  ///< as published
  /// Literal text, with "%%", "%_" and "%-" replaced, and macros. Empty when all of the text is
  /// literal, as it mostly is.
  std::vector<std::variant<std::string_view, Macro>> pieces;

  bool uses(char letter) const;
};

/// Where a macro string stands: %{c}, %{r} and %{t} and blanks are for explanations only.
enum class MacroPlace { term, explanation };

tl::expected<MacroString, std::string> parse_macro_string(std::string_view text, MacroPlace place);

/// A macro string that ends in a macro or in "." and a top-level label.
tl::expected<MacroString, std::string> parse_domain_spec(std::string_view text);

/// Whom a check is about: the values that the macros of a record stand for (RFC 7208 section 7.2
/// "Macro Definitions").
struct Identity {
  base::IpAddress client;  ///< IPv4 when it came as an IPv4-mapped IPv6 address
  std::string local_part;  ///< "postmaster" when the sender has none; may hold UTF-8
  dns::Name domain;
  std::string helo;  ///< as given, U-labels converted where that is possible
};

struct MacroContext {
  const Identity& identity;
  const dns::Name& domain;                ///< %{d}: the domain whose record is evaluated
  std::string client_name = "unknown";    ///< %{p}; only has to be right when the string uses it
  std::string_view receiver = "unknown";  ///< %{r}
  std::int64_t now = 0;                   ///< %{t}
};

enum class ExpansionError {
  unusable_name,         ///< not a name that the DNS could be asked for
  non_ascii_local_part,  ///< %{s} or %{l} of a sender whose local part is not ASCII
  too_long,              ///< above the limits
};

/// The name of a DNS question. A name of more than 253 octets loses labels from the left.
tl::expected<dns::Name, ExpansionError> expand_domain(const MacroString& text,
                                                      const MacroContext& context);

/// The text of an explanation.
tl::expected<std::string, ExpansionError> expand_text(const MacroString& text,
                                                      const MacroContext& context);

/// The name for a PTR question: "4.3.2.1.in-addr.arpa".
dns::Name reverse_name(const base::IpAddress& address);

}  // namespace dmarc::spf
