// The relaxed canonicalizations of DKIM (RFC 6376 sections 3.4.2 and 3.4.4): what is hashed and
// signed.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace dmarc::dkim {

/// "name:value", without the CRLF: the name in lower case, the value unfolded and without
/// superfluous blanks.
std::string relaxed_field(std::string_view name, std::string_view value);

/// Lines end with CRLF before and after.
std::string relaxed_body(std::string_view body);

}  // namespace dmarc::dkim
