// Encoded words (RFC 2047) as a careless reader decodes them: anywhere in the text, also where the
// RFC does not allow them, whatever their charset and however broken their encoding. Use it only to
// find out what such a reader might see, and whether others see the same.
//
// Threads: pure functions. Work and result grow with the length of the text.
#pragma once

#include <string>
#include <string_view>

namespace dmarc::mail {

/// `text` with each encoded word replaced by its octets; blanks between two encoded words go (RFC
/// 2047 section 6.2 "Display of encoded-words"). Charsets are not converted.
std::string decode_encoded_words(std::string_view text);

/// True when no reader makes other ASCII characters of the encoded words in `text` than
/// decode_encoded_words() does: each is complete, its encoding is in order, its charset has ASCII
/// at the usual place, and what is decoded holds no encoded word again.
bool all_decode_alike(std::string_view text);

}  // namespace dmarc::mail
