#include "reporting/schedule.h"

#include <algorithm>
#include <functional>

namespace dmarc::reporting {

std::optional<std::int64_t> next_attempt(std::int64_t first, unsigned attempts,
                                         std::string_view destination, std::int64_t now) {
  const unsigned doublings = std::min(attempts > 0 ? attempts - 1 : 0, 10U);
  const std::int64_t pause = std::min(first_pause << doublings, max_pause);
  const auto spread = static_cast<std::int64_t>(std::hash<std::string_view>()(destination) %
                                                static_cast<std::size_t>(first_pause));
  const std::int64_t next = now + pause + spread;
  if (next > first + retry_budget) return std::nullopt;
  return next;
}

}  // namespace dmarc::reporting
