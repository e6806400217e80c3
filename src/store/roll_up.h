// The messages of a period, rolled up into two temporary tables:
//
//   report_rows       one row for each row of a report, numbered in the order of the reports
//   report_policies   which policies were seen for each DMARC Policy Domain, and when last
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstdint>
#include <optional>

#include "aggregate/period.h"
#include "store/database.h"

namespace dmarc::store {

/// report_rows.disposition: what aggregate::Disposition has, and one more.
inline constexpr int pass_by_unknown_policy = 4;

/// `policy_domain`: the number of the only one that is wanted.
void roll_up(Database& database, const aggregate::Period& period,
             std::optional<std::int64_t> policy_domain);

void drop_roll_up(Database& database);

}  // namespace dmarc::store
