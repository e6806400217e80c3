// The parts of a mail that may hold a report (RFC 2045, RFC 2046), by GMime.
//
//   const auto problem = report_parts(mail, [](const std::string& name, std::string_view octets) {
//     return true;
//   });
//
// Parts are told by their first octets and by what their header says of them; texts and pictures
// that people send along are passed over. Attached mails are looked into.
//
// Threads: functions without state, after GMime's own start, which the first call makes.
// Private to receiving/.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dmarc::receiving {

/// `name` is the file name of the part, or "part 2". False when no further part is wanted.
using TakePart = std::function<bool(const std::string& name, std::string_view octets)>;

/// Why the mail can't be read, or that it holds no report; empty for success.
std::string report_parts(std::string_view mail, const TakePart& take);

}  // namespace dmarc::receiving
