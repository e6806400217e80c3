// The inner loop of the relaxed body: copies text for as long as the canonical form is the text
// itself.
//
//   const std::size_t count = dkim::copy_text(text, out);  // out has room for copy_text_room(size)
//
// Stops before a TAB, a CR, and a SP that more blanks or a CR follow; also before a SP whose
// successor is not in the text. CR LF that is followed by text is copied, too.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace dmarc::dkim {

/// Octets that may be written for a text: those behind the count are of no meaning.
constexpr std::size_t copy_text_room(std::size_t size) {
  return size + 16;
}

std::size_t copy_text(std::string_view text, char* out);

/// The same an octet at a time, for processors without SSE2 and as the measure of the other.
std::size_t copy_text_portable(std::string_view text, char* out);

}  // namespace dmarc::dkim
