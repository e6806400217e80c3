// When a delivery is tried again.
//
//   if (auto next = next_attempt(first, attempts, destination, now)) try_again_at(*next);
//   else give_up();
//
// Threads: a pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dmarc::reporting {

/// After a day a report is of little use, and the next one is due.
inline constexpr std::int64_t retry_budget = 24 * 3600;
/// The first pause; each is twice as long as the one before, up to max_pause.
inline constexpr std::int64_t first_pause = 15 * 60;
inline constexpr std::int64_t max_pause = 4 * 3600;

/// Seconds since 1970; nothing when the budget, which began with the report, is used up. The time
/// is spread by the destination, so that a server that was down is not asked for everything in the
/// same second.
std::optional<std::int64_t> next_attempt(std::int64_t first, unsigned attempts,
                                         std::string_view destination, std::int64_t now);

}  // namespace dmarc::reporting
