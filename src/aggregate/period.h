// The periods of aggregate reports: days in UTC (RFC 9990 section 3.5.1: reports that line up on
// the hour of a day in UTC are the easiest to compare).
//
//   const Period yesterday = utc_day(now - seconds_per_day);
//   day_text(yesterday);          // "2026-11-23"
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmarc::aggregate {

/// Seconds since 1970, UTC; `end` does not belong to it.
struct Period {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

inline constexpr std::int64_t seconds_per_day = 86'400;

/// The day that holds `time`, in seconds since 1970.
Period utc_day(std::int64_t time);

/// Reads "2026-11-23"; nothing for another form and for days that the calendar does not have.
std::optional<Period> parse_utc_day(std::string_view text);

/// The day on which the period begins: "2026-11-23".
std::string day_text(const Period& period);

/// "2026-11-23 04:05:06 UTC".
std::string time_text(std::int64_t time);

}  // namespace dmarc::aggregate
