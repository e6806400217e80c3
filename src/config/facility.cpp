#include "config/facility.h"

#include <syslog.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace dmarc::config {
namespace {

struct Facility {
  std::string_view name;
  int value;
};

constexpr std::array facilities{
    Facility{"auth", LOG_AUTH},     Facility{"cron", LOG_CRON},     Facility{"daemon", LOG_DAEMON},
    Facility{"kern", LOG_KERN},     Facility{"lpr", LOG_LPR},       Facility{"mail", LOG_MAIL},
    Facility{"news", LOG_NEWS},     Facility{"security", LOG_AUTH}, Facility{"syslog", LOG_SYSLOG},
    Facility{"user", LOG_USER},     Facility{"uucp", LOG_UUCP},     Facility{"local0", LOG_LOCAL0},
    Facility{"local1", LOG_LOCAL1}, Facility{"local2", LOG_LOCAL2}, Facility{"local3", LOG_LOCAL3},
    Facility{"local4", LOG_LOCAL4}, Facility{"local5", LOG_LOCAL5}, Facility{"local6", LOG_LOCAL6},
    Facility{"local7", LOG_LOCAL7},
};

}  // namespace

std::optional<int> facility(std::string_view name) {
  const auto found = std::ranges::find_if(
      facilities, [&](const Facility& row) { return base::iequals(row.name, name); });
  if (found == facilities.end()) return std::nullopt;
  return found->value;
}

}  // namespace dmarc::config
