// Base64 (RFC 4648 section 4 "Base 64 Encoding"; RFC 2045 section 6.8 "Base64
// Content-Transfer-Encoding").
//
//   base::base64("key");                 // "a2V5"
//   base::append_base64_lines(text, file);   // lines of 76 characters, each with CRLF
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dmarc::base {

std::string base64(std::string_view octets);

/// The same in lines for a MIME part, appended to `text`.
void append_base64_lines(std::string& text, std::string_view octets);

/// What append_base64_lines() adds for that many octets.
std::size_t base64_lines_size(std::size_t octets);

}  // namespace dmarc::base
