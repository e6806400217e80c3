#include "dkim/tag_list.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "dkim/limits.h"

namespace dmarc::dkim {
namespace {

bool is_tag_name(std::string_view name) {
  return !name.empty() && base::is_alpha(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return base::is_alnum(c) || c == '_'; });
}

/// RFC 8616 section 5 "DKIM": UTF-8 may stand in values.
bool is_tag_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return !base::is_control(c) || base::is_space(c); });
}

// 64 for what is not in the alphabet.
constexpr std::array<unsigned char, 256> make_base64_values() {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<unsigned char, 256> values{};
  values.fill(64);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
  return values;
}

constexpr std::array<unsigned char, 256> base64_values = make_base64_values();

}  // namespace

tl::expected<TagList, TagListError> TagList::parse(std::string_view text) {
  TagList list;
  list.tags_.reserve(16);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    const std::string_view element = text.substr(begin, end - begin);
    const std::size_t equals = element.find('=');
    if (equals == std::string_view::npos) {
      // White space alone may follow the last semicolon.
      if (end == text.size() && begin > 0 && base::trim(element).empty()) break;
      return tl::unexpected(TagListError::syntax);
    }
    const Tag tag{base::trim(element.substr(0, equals)), base::trim(element.substr(equals + 1)),
                  begin + equals + 1, end};
    if (!is_tag_name(tag.name) || !is_tag_value(tag.value))
      return tl::unexpected(TagListError::syntax);
    if (list.find(tag.name) != nullptr) return tl::unexpected(TagListError::duplicate);
    if (list.tags_.size() == max_tags) return tl::unexpected(TagListError::too_many);
    list.tags_.push_back(tag);
    begin = end + 1;
  }
  if (list.tags_.empty()) return tl::unexpected(TagListError::syntax);
  return list;
}

const Tag* TagList::find(std::string_view name) const {
  const auto found =
      std::find_if(tags_.begin(), tags_.end(), [&](const Tag& tag) { return tag.name == name; });
  return found == tags_.end() ? nullptr : &*found;
}

std::string without_folding(std::string_view text) {
  std::string result(text);
  std::erase_if(result, base::is_space);
  return result;
}

std::optional<std::string> base64_value(std::string_view text) {
  std::string octets;
  octets.reserve(text.size() / 4 * 3 + 3);
  unsigned bits = 0;
  std::size_t characters = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (base::is_space(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const unsigned value = base64_values[static_cast<unsigned char>(c)];
    if (value == 64 || padding > 0) return {};
    bits = bits << 6 | value;
    if (++characters % 4 == 0)
      octets.append(
          {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8), static_cast<char>(bits)});
  }
  const std::size_t left = characters % 4;
  if (characters == 0 || left == 1 || padding > (4 - left) % 4) return {};
  if (left >= 2) octets += static_cast<char>(bits >> (left == 2 ? 4 : 10));
  if (left == 3) octets += static_cast<char>(bits >> 2);
  return octets;
}

bool list_has(std::string_view list, std::string_view word) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    if (base::trim(list.substr(begin, end - begin)) == word) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace dmarc::dkim
