#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace dmarc::base {
namespace {

struct LeadOctet {
  unsigned char first, last;                // lead octets
  unsigned char second_first, second_last;  // what may follow them
  std::size_t length;
};

// RFC 3629 section 4 "Syntax of UTF-8 Byte Sequences".
constexpr std::array<LeadOctet, 9> lead_octets{{
    {0x00, 0x7f, 0x00, 0x00, 1},
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
}};

unsigned char octet(char c) {
  return static_cast<unsigned char>(c);
}

bool is_within(unsigned char value, unsigned char first, unsigned char last) {
  return value >= first && value <= last;
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;
  for (const LeadOctet& lead : lead_octets) {
    if (!is_within(octet(text[0]), lead.first, lead.last)) continue;
    if (lead.length == 1) return 1;
    if (text.size() < lead.length) return 0;
    if (!is_within(octet(text[1]), lead.second_first, lead.second_last)) return 0;
    const auto tail = text.substr(2, lead.length - 2);
    const bool continued = std::all_of(tail.begin(), tail.end(),
                                       [](char c) { return is_within(octet(c), 0x80, 0xbf); });
    return continued ? lead.length : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool has_bidi_control(std::string_view text) {
  constexpr std::array<std::string_view, 12> controls{
      "\xd8\x9c",      // U+061C
      "\xe2\x80\x8e",  // U+200E
      "\xe2\x80\x8f", "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad",
      "\xe2\x80\xae",  // U+202A to U+202E
      "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8",
      "\xe2\x81\xa9",  // U+2066 to U+2069
  };
  return std::any_of(controls.begin(), controls.end(),
                     [&](std::string_view control) { return text.find(control) != text.npos; });
}

}  // namespace dmarc::base
