#include "spf/macro.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "spf/limits.h"

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
    const std::size_t end = std::min(text_.find('%', at_), text_.size());
    const std::string_view literal = text_.substr(at_, end - at_);
    const auto allowed = [this](char c) {
      return is_visible(c) || (c == ' ' && place_ == MacroPlace::explanation);
    };
    if (!std::all_of(literal.begin(), literal.end(), allowed))
      return "it holds an octet outside visible ASCII";
    if (literal.size() != text_.size()) result_.pieces.emplace_back(literal);
    at_ = end;
    return {};
  }

  std::string_view scan_expand() {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    at_ += 2;
    std::string_view problem;
    if (next == '%')
      result_.pieces.emplace_back("%");
    else if (next == '_')
      result_.pieces.emplace_back(" ");
    else if (next == '-')
      result_.pieces.emplace_back("%20");
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
    return scan_transformers(inside.substr(1), macro);
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
      return "a macro holds something that is not a delimiter";
    if (!rest.empty()) macro.delimiters = rest;
    result_.pieces.emplace_back(macro);
    return {};
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

constexpr char hex_digits[] = "0123456789ABCDEF";

// IPv4: dotted quad. IPv6: its 32 nibbles, separated by dots.
std::string dotted(const base::IpAddress& address) {
  if (address.is_v4()) return address.text();
  std::string text;
  for (const std::uint8_t octet : address.octets()) {
    if (!text.empty()) text += '.';
    text += {hex_digits[octet >> 4], '.', hex_digits[octet & 15]};
  }
  return text;
}

std::string_view reverse_zone(const base::IpAddress& address) {
  return address.is_v4() ? "in-addr" : "ip6";
}

std::string value_of(char letter, const MacroContext& context) {
  const Identity& identity = context.identity;
  switch (letter) {
    case 's':
      return identity.local_part + '@' + identity.domain.text();
    case 'l':
      return identity.local_part;
    case 'o':
      return identity.domain.text();
    case 'd':
      return context.domain.text();
    case 'i':
      return dotted(identity.client);
    case 'p':
      return context.client_name;
    case 'v':
      return std::string(reverse_zone(identity.client));
    case 'h':
      return identity.helo;
    case 'c':
      return identity.client.text();
    case 'r':
      return std::string(context.receiver);
    case 't':
      return std::to_string(context.now);
    default:
      return {};
  }
}

std::string transform(std::string_view value, const Macro& macro) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = value.find_first_of(macro.delimiters);
    parts.push_back(value.substr(0, end));
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + 1);
  }
  if (macro.reverse) std::reverse(parts.begin(), parts.end());
  const std::size_t first =
      macro.keep == 0 || macro.keep > parts.size() ? 0 : parts.size() - macro.keep;

  std::string result;
  for (std::size_t i = first; i < parts.size(); ++i) {
    if (i != first) result += '.';
    result += parts[i];
  }
  return result;
}

// RFC 3986 section 2.3 "Unreserved Characters".
std::string url_escaped(std::string_view value) {
  std::string result;
  for (const char c : value) {
    if (base::is_alnum(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      result += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    result += {'%', hex_digits[octet >> 4], hex_digits[octet & 15]};
  }
  return result;
}

std::string expand_piece(const std::variant<std::string_view, Macro>& piece,
                         const MacroContext& context) {
  if (const auto* literal = std::get_if<std::string_view>(&piece)) return std::string(*literal);
  const Macro& macro = std::get<Macro>(piece);
  std::string value = transform(value_of(macro.letter, context), macro);
  return macro.url_escape ? url_escaped(value) : value;
}

tl::expected<void, ExpansionError> check_sizes(const MacroString& text, const Identity& identity) {
  const bool uses_local_part = text.uses('s') || text.uses('l');
  // RFC 8616 section 4 "SPF": a term with %{s} or %{l} never matches such a sender.
  if (uses_local_part &&
      std::any_of(identity.local_part.begin(), identity.local_part.end(), base::is_eight_bit))
    return tl::unexpected(ExpansionError::non_ascii_local_part);
  const auto macros = std::count_if(text.pieces.begin(), text.pieces.end(), [](const auto& piece) {
    return std::holds_alternative<Macro>(piece);
  });
  if (static_cast<std::size_t>(macros) > max_expanded_macros ||
      (uses_local_part && identity.local_part.size() > max_macro_value) ||
      (text.uses('h') && identity.helo.size() > max_macro_value))
    return tl::unexpected(ExpansionError::too_long);
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

tl::expected<dns::Name, ExpansionError> expand_domain(const MacroString& text,
                                                      const MacroContext& context) {
  if (const auto sizes = check_sizes(text, context.identity); !sizes)
    return tl::unexpected(sizes.error());

  // From the right, because that is the end which stays when the name is too long: the largest
  // name, the dot before it and one trailing dot are all that can matter.
  constexpr std::size_t enough = dns::Name::max_text + 2;
  std::string expanded;
  for (auto piece = text.pieces.rbegin(); piece != text.pieces.rend(); ++piece) {
    if (expanded.size() >= enough) break;
    expanded.insert(0, expand_piece(*piece, context));
  }
  std::string_view name = text.pieces.empty() ? text.text : expanded;
  if (name.ends_with('.')) name.remove_suffix(1);
  while (name.size() > dns::Name::max_text) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return tl::unexpected(ExpansionError::unusable_name);
    name.remove_prefix(dot + 1);
  }
  auto result = dns::Name::from_octets(name);
  if (!result) return tl::unexpected(ExpansionError::unusable_name);
  return *std::move(result);
}

tl::expected<std::string, ExpansionError> expand_text(const MacroString& text,
                                                      const MacroContext& context) {
  if (const auto sizes = check_sizes(text, context.identity); !sizes)
    return tl::unexpected(sizes.error());
  if (text.pieces.empty() && text.text.size() > max_explanation)
    return tl::unexpected(ExpansionError::too_long);
  std::string result(text.pieces.empty() ? text.text : std::string_view{});
  for (const auto& piece : text.pieces) {
    result += expand_piece(piece, context);
    if (result.size() > max_explanation) return tl::unexpected(ExpansionError::too_long);
  }
  return result;
}

dns::Name reverse_name(const base::IpAddress& address) {
  Macro reversed;
  reversed.reverse = true;
  const std::string text =
      transform(dotted(address), reversed) + '.' + std::string(reverse_zone(address)) + ".arpa";
  return dns::Name::from_octets(text).value();
}

}  // namespace dmarc::spf
