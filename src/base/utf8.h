// Checks on text beyond ASCII.
#pragma once

#include <string_view>

namespace dmarc::base {

/// True for well-formed UTF-8 (RFC 3629 section 4 "Syntax of UTF-8 Byte Sequences"): no overlong
/// form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// The length of the well-formed UTF-8 sequence that `text` begins with; 0 if there is none.
std::size_t utf8_sequence(std::string_view text);

/// True when a character of UTF-8 `text` changes the direction in which its neighbours are shown
/// (Unicode's Bidi_Control property), so that "moc.elpmaxe" can look like "example.com".
bool has_bidi_control(std::string_view text);

}  // namespace dmarc::base
