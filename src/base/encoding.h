// Octets written as text.
//
//   base::base64("key");                     // "a2V5"
//   base::append_base64_lines(text, file);   // lines of 76 characters, each with CRLF
//   base::percent_decoded("a%40b");          // "a@b"
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dmarc::base {

/// Base64 (RFC 4648 section 4 "Base 64 Encoding").
std::string base64(std::string_view octets);

/// The same in lines for a MIME part (RFC 2045 section 6.8 "Base64 Content-Transfer-Encoding"),
/// appended to `text`.
void append_base64_lines(std::string& text, std::string_view octets);

/// The number of octets that append_base64_lines() adds for that many.
std::size_t base64_lines_size(std::size_t octets);

/// With every %XX (RFC 3986 section 2.1 "Percent-Encoding") replaced by its octet; a "%" that does
/// not begin one stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace dmarc::base
