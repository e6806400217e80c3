#include "dmarc/report_uri.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace dmarc {
namespace {

bool is_hex_digit(char c) {
  const char lower = base::to_lower(c);
  return base::is_digit(c) || (lower >= 'a' && lower <= 'f');
}

// RFC 3986 section 3.1 "Scheme".
bool is_scheme(std::string_view text) {
  return !text.empty() && base::is_alpha(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return base::is_alnum(c) || c == '+' || c == '-' || c == '.'; });
}

// RFC 3986 section 2 "Characters", without "," and "!"; "%" is looked at by itself.
constexpr std::array<bool, 256> uri_characters = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("-._~:/?#[]@$&'()*+;="))
    allowed[static_cast<unsigned char>(c)] = true;
  for (unsigned char c = 0; c < 128; ++c)
    if (base::is_alnum(static_cast<char>(c))) allowed[c] = true;
  return allowed;
}();

bool has_uri_characters_only(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2]))
        return false;
      i += 2;
    } else if (!uri_characters[static_cast<unsigned char>(c)]) {
      return false;
    }
  }
  return true;
}

bool names_a_mailbox(std::string_view mailto_path) {
  const std::string_view address = mailto_path.substr(0, mailto_path.find_first_of("?#"));
  const std::size_t at = address.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < address.size();
}

bool names_a_host(std::string_view hierarchical_part) {
  if (!hierarchical_part.starts_with("//")) return false;
  const std::string_view after = hierarchical_part.substr(2);
  return !after.substr(0, after.find_first_of("/?#")).empty();
}

}  // namespace

bool is_report_uri(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon + 1 == uri.size()) return false;
  const std::string_view scheme = uri.substr(0, colon);
  const std::string_view rest = uri.substr(colon + 1);
  if (!is_scheme(scheme) || !has_uri_characters_only(rest)) return false;
  if (base::iequals(scheme, "mailto")) return names_a_mailbox(rest);
  if (base::iequals(scheme, "https") || base::iequals(scheme, "http")) return names_a_host(rest);
  return true;
}

std::string_view without_size_suffix(std::string_view uri) {
  const std::size_t mark = uri.rfind('!');
  if (mark == std::string_view::npos) return uri;
  std::string_view size = uri.substr(mark + 1);
  if (!size.empty() &&
      std::string_view("kmgt").find(base::to_lower(size.back())) != std::string_view::npos)
    size.remove_suffix(1);
  const bool is_size = !size.empty() && std::all_of(size.begin(), size.end(), base::is_digit);
  return is_size ? uri.substr(0, mark) : uri;
}

UriList parse_uri_list(std::string_view value, std::size_t max_uris) {
  constexpr std::size_t shown = 64;
  UriList list;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    const std::string_view uri = base::trim(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    if (uri.empty()) continue;
    if (list.uris.size() == max_uris || list.problems.size() == max_uris) {
      list.problems.push_back("more than " + std::to_string(max_uris) + " URIs, the rest ignored");
      break;
    }
    const std::string_view address = without_size_suffix(uri);
    if (is_report_uri(address))
      list.uris.emplace_back(address);
    else
      list.problems.push_back('"' + base::printable(uri, shown) + "\" is not a reporting URI");
  }
  return list;
}

}  // namespace dmarc
