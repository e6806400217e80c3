// Octets written as %XX (RFC 3986 section 2.1 "Percent-Encoding").
#pragma once

#include <string>
#include <string_view>

namespace dmarc::base {

/// With every %XX replaced by its octet; a "%" that begins none stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace dmarc::base
