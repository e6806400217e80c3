// A message's header fields as text for another message: the last part of a failure report (RFC
// 6522 section 4 "The text/rfc822-headers Media Type").
//
//   const std::string text = header_text(fields);
//   needs_quoting(text) ? quoted_printable(text) : text
//
// Every line is a field or the continuation of one, whatever the fields hold: nothing in them can
// end the header or begin a field of its own. Lines end with CRLF.
//
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <dmarc/header_field.h>

namespace dmarc::failure {

std::string header_text(std::span<const mail::HeaderField> fields);

/// True when the text can't travel as it is: octets beyond ASCII, or lines longer than the 998
/// octets of RFC 5322 section 2.1.1 "Line Length Limits".
bool needs_quoting(std::string_view text);

/// RFC 2045 section 6.7 "Quoted-Printable Content-Transfer-Encoding"; line ends stay.
std::string quoted_printable(std::string_view text);

}  // namespace dmarc::failure
