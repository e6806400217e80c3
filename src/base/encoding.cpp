#include "base/encoding.h"

#include <algorithm>
#include <charconv>

namespace dmarc::base {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t line_octets = 57;  ///< make 76 characters

/// One to three octets as four characters.
void append_group(std::string& text, std::string_view octets) {
  unsigned bits = 0;
  for (std::size_t i = 0; i < 3; ++i)
    bits = bits << 8 | (i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0U);
  for (std::size_t i = 0; i < 4; ++i)
    text += i <= octets.size() ? alphabet[bits >> (18 - 6 * i) & 0x3f] : '=';
}

void append(std::string& text, std::string_view octets) {
  for (; !octets.empty(); octets.remove_prefix(std::min<std::size_t>(3, octets.size())))
    append_group(text, octets.substr(0, 3));
}

constexpr std::size_t encoded_size(std::size_t octets) {
  return (octets + 2) / 3 * 4;
}

}  // namespace

std::string base64(std::string_view octets) {
  std::string text;
  text.reserve(encoded_size(octets.size()));
  append(text, octets);
  return text;
}

void append_base64_lines(std::string& text, std::string_view octets) {
  text.reserve(text.size() + base64_lines_size(octets.size()));
  for (; !octets.empty(); octets.remove_prefix(std::min(line_octets, octets.size()))) {
    append(text, octets.substr(0, line_octets));
    text += "\r\n";
  }
}

std::size_t base64_lines_size(std::size_t octets) {
  return encoded_size(octets) + 2 * ((octets + line_octets - 1) / line_octets);
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned octet = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, octet, 16).ptr == digits + 2) {
      result += static_cast<char>(octet);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace dmarc::base
