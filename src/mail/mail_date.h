// The date and time form of mail headers.
#pragma once

#include <cstdint>
#include <string>

namespace dmarc::mail {

/// RFC 5322 section 3.3 "Date and Time Specification", in UTC: "Tue, 24 Nov 2026 03:04:05 +0000".
/// `time` is in seconds since 1970.
std::string mail_date(std::int64_t time);

}  // namespace dmarc::mail
