// Deletes what is too old to be reported on.
//
//   store::expire(database, {.before = now - 180 * 86'400, .now = now});
//
// Deleting goes by days, each in one transaction, from the oldest on: a kill loses nothing and
// importers wait for no longer than a day's messages take.
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

/// `deleted` is told of each table how many rows went.
void expire(Database& database, const Expiry& expiry,
            const std::function<void(std::string_view table, std::uint64_t rows)>& deleted);

}  // namespace dmarc::store
