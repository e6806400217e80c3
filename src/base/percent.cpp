#include "base/percent.h"

#include <charconv>

namespace dmarc::base {

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
