#include "mail/mail_date.h"

#include <array>
#include <ctime>

namespace dmarc::mail {

std::string mail_date(std::int64_t time) {
  // strftime(3) would write the names in the language of the locale.
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> clock{};
  std::strftime(clock.data(), clock.size(), "%Y %H:%M:%S +0000", &parts);
  std::string text = days[static_cast<std::size_t>(parts.tm_wday)];
  text.append(", ").append(std::to_string(parts.tm_mday)).append(" ");
  text.append(months[static_cast<std::size_t>(parts.tm_mon)]).append(" ");
  return text + clock.data();
}

}  // namespace dmarc::mail
