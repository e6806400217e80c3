#include "spf/expansion.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "spf/limits.h"

namespace dmarc::spf {
namespace {

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

std::string expand_piece(const std::variant<std::string, Macro>& piece,
                         const MacroContext& context) {
  if (const auto* literal = std::get_if<std::string>(&piece)) return *literal;
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
  if (text.pieces.size() > max_expanded_pieces ||
      (uses_local_part && identity.local_part.size() > max_macro_value) ||
      (text.uses('h') && identity.helo.size() > max_macro_value))
    return tl::unexpected(ExpansionError::too_long);
  return {};
}

}  // namespace

tl::expected<dns::Name, ExpansionError> expand_domain(const MacroString& text,
                                                      const MacroContext& context) {
  if (const auto sizes = check_sizes(text, context.identity); !sizes)
    return tl::unexpected(sizes.error());

  // From the right, because that is the end which stays when the name is too long: the largest
  // name, the dot before it and one trailing dot are all that can matter.
  constexpr std::size_t enough = dns::Name::max_text + 2;
  std::string name;
  for (auto piece = text.pieces.rbegin(); piece != text.pieces.rend(); ++piece) {
    if (name.size() >= enough) break;
    name.insert(0, expand_piece(*piece, context));
  }
  if (name.ends_with('.')) name.pop_back();
  while (name.size() > dns::Name::max_text) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) return tl::unexpected(ExpansionError::unusable_name);
    name.erase(0, dot + 1);
  }
  auto result = dns::Name::from_octets(name);
  if (!result) return tl::unexpected(ExpansionError::unusable_name);
  return *std::move(result);
}

tl::expected<std::string, ExpansionError> expand_text(const MacroString& text,
                                                      const MacroContext& context) {
  if (const auto sizes = check_sizes(text, context.identity); !sizes)
    return tl::unexpected(sizes.error());
  std::string result;
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
