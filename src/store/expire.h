// Deletes what is too old to be reported on.
//
//   store::expire(database, {.before = now - 180 * 86'400, .now = now});
//
// Messages are deleted day by day from the oldest, each day in one transaction: if the process is
// killed nothing is lost, and importers wait no longer than one day takes.
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "store/database.h"

namespace dmarc::store {

struct Expiry {
  std::int64_t before = 0;  ///< the last second that is too old
  std::int64_t now = 0;
  /// Also names that nothing refers to any more. Reads all tables.
  bool all_tables = false;
};

/// `deleted` is called with each table and the number of rows deleted from it.
void expire(Database& database, const Expiry& expiry,
            const std::function<void(std::string_view table, std::uint64_t rows)>& deleted);

}  // namespace dmarc::store
