#include "spf/macro.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::spf {
namespace {

bool is_visible(char c) {
  return c > 0x20 && c < 0x7f;
}

class Scanner {
 public:
  Scanner(std::string_view text, MacroPlace place) : text_(text), place_(place) {}

  tl::expected<MacroString, std::string> scan() {
    while (at_ < text_.size()) {
      const std::string_view problem = text_[at_] == '%' ? scan_expand() : scan_literal();
      if (!problem.empty()) return tl::unexpected(std::string(problem));
    }
    result_.text = text_;
    return std::move(result_);
  }

  /// What follows the last macro-expand, when the whole text has been scanned.
  std::string_view literal_end() const { return text_.substr(end_of_expand_); }

 private:
  std::string_view scan_literal() {
    const char c = text_[at_];
    if (!is_visible(c) && !(c == ' ' && place_ == MacroPlace::explanation))
      return "it holds an octet outside visible ASCII";
    append(c);
    ++at_;
    return {};
  }

  std::string_view scan_expand() {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    at_ += 2;
    std::string_view problem;
    if (next == '%' || next == '_')
      append(next == '%' ? '%' : ' ');
    else if (next == '-')
      append("%20");
    else if (next == '{')
      problem = scan_macro();
    else
      return "\"%\" is not followed by \"{\", \"%\", \"_\" or \"-\"";
    end_of_expand_ = at_;
    return problem;
  }

  std::string_view scan_macro() {
    const std::size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return "a macro lacks its closing brace";
    const std::string_view inside = text_.substr(at_, end - at_);
    at_ = end + 1;
    if (inside.empty()) return "a macro has no letter";

    Macro macro;
    macro.letter = base::to_lower(inside.front());
    macro.url_escape = base::is_upper(inside.front());
    const bool known = std::string_view("slodipvh").find(macro.letter) != std::string_view::npos;
    const bool for_explanations =
        std::string_view("crt").find(macro.letter) != std::string_view::npos;
    if (for_explanations && place_ == MacroPlace::term)
      return "the macros c, r and t are for explanations only";
    if (!known && !for_explanations) return "it uses an unknown macro letter";
    return scan_transformers(inside.substr(1), std::move(macro));
  }

  std::string_view scan_transformers(std::string_view rest, Macro macro) {
    // More parts than any value can have; the counting stops there instead of overflowing.
    constexpr std::size_t plenty = 100000;
    const bool counted = !rest.empty() && base::is_digit(rest.front());
    for (; !rest.empty() && base::is_digit(rest.front()); rest.remove_prefix(1))
      macro.keep = std::min(macro.keep * 10 + static_cast<std::size_t>(rest.front() - '0'), plenty);
    if (counted && macro.keep == 0) return "a macro keeps zero parts";
    if (!rest.empty() && base::to_lower(rest.front()) == 'r') {
      macro.reverse = true;
      rest.remove_prefix(1);
    }
    if (rest.find_first_not_of(".-+,/_=") != std::string_view::npos)
      return "a macro holds something that is no delimiter";
    if (!rest.empty()) macro.delimiters = rest;
    result_.pieces.emplace_back(std::move(macro));
    return {};
  }

  void append(char c) { append(std::string_view(&c, 1)); }

  void append(std::string_view literal) {
    auto& pieces = result_.pieces;
    if (pieces.empty() || !std::holds_alternative<std::string>(pieces.back()))
      pieces.emplace_back(std::string());
    std::get<std::string>(pieces.back()) += literal;
  }

  std::string_view text_;
  MacroPlace place_;
  std::size_t at_ = 0;
  std::size_t end_of_expand_ = 0;
  MacroString result_;
};

// toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
bool is_toplabel(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  const auto allowed = [](char c) { return base::is_alnum(c) || c == '-'; };
  return std::all_of(label.begin(), label.end(), allowed) &&
         !std::all_of(label.begin(), label.end(), base::is_digit);
}

// domain-end = ( "." toplabel [ "." ] ) / macro-expand
std::string_view check_domain_end(std::string_view literal) {
  if (literal.empty()) return {};
  if (literal.ends_with('.')) literal.remove_suffix(1);
  const std::size_t dot = literal.rfind('.');
  if (dot == std::string_view::npos || !is_toplabel(literal.substr(dot + 1)))
    return "the domain does not end in a dot and a top-level label";
  return {};
}

}  // namespace

bool MacroString::uses(char letter) const {
  return std::any_of(pieces.begin(), pieces.end(), [letter](const auto& piece) {
    const Macro* macro = std::get_if<Macro>(&piece);
    return macro != nullptr && macro->letter == letter;
  });
}

tl::expected<MacroString, std::string> parse_macro_string(std::string_view text, MacroPlace place) {
  return Scanner(text, place).scan();
}

tl::expected<MacroString, std::string> parse_domain_spec(std::string_view text) {
  if (text.empty()) return tl::unexpected(std::string("the domain is empty"));
  Scanner scanner(text, MacroPlace::term);
  auto spec = scanner.scan();
  if (!spec) return spec;
  const std::string_view problem = check_domain_end(scanner.literal_end());
  if (!problem.empty()) return tl::unexpected(std::string(problem));
  return spec;
}

}  // namespace dmarc::spf
