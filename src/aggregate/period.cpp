#include "aggregate/period.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "base/ascii.h"
#include "base/decimal.h"

namespace dmarc::aggregate {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

sys_days day_of(std::int64_t time) {
  return std::chrono::floor<std::chrono::days>(sys_seconds(std::chrono::seconds(time)));
}

Period period_of(sys_days day) {
  const std::int64_t begin = sys_seconds(day).time_since_epoch().count();
  return {begin, begin + seconds_per_day};
}

template <typename... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string date_text(sys_days day) {
  const std::chrono::year_month_day date(day);
  return formatted("%04d-%02u-%02u", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

Period utc_day(std::int64_t time) {
  return period_of(day_of(time));
}

std::optional<Period> parse_utc_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = base::parse_decimal<unsigned>(text.substr(0, 4));
  const auto month = base::parse_decimal<unsigned>(text.substr(5, 2));
  const auto day = base::parse_decimal<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return period_of(sys_days(date));
}

std::string day_text(const Period& period) {
  return date_text(day_of(period.begin));
}

std::string time_text(std::int64_t time) {
  const sys_days day = day_of(time);
  const auto second = static_cast<unsigned>(time - period_of(day).begin);
  return date_text(day) +
         formatted(" %02u:%02u:%02u UTC", second / 3600, second / 60 % 60, second % 60);
}

}  // namespace dmarc::aggregate
