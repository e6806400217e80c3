// The inner loop of the relaxed body: how far a text is its own canonical form.
//
//   const std::size_t count = dkim::unchanged_text(text);   // hash them as they are
//
// Ends before a TAB, a CR, and a SP that more blanks or a CR follow; also before a SP whose
// successor is not in the text. A CR LF that is followed by text is passed over.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace dmarc::dkim {

/// Sees 16 or 32 octets at a time where the processor can.
std::size_t unchanged_text(std::string_view text);

/// An octet at a time: for other processors, and the measure of the above.
std::size_t unchanged_text_portable(std::string_view text);

}  // namespace dmarc::dkim
