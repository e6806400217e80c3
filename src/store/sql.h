// How the files of store/ speak SQL: SOCI, its errors, and where the three engines differ.
//
// Threads: pure functions. Private to store/.
#pragma once

// Debian's SOCI is configured for Boost, which its headers then want although nothing here uses it.
#include <soci/soci-config.h>
#undef SOCI_HAVE_BOOST
#undef SOCI_HAVE_BOOST_DATE_TIME
#include <soci/soci.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "store/database.h"
#include "store/schema.h"

namespace dmarc::store {

/// Runs `work`; what SOCI throws becomes store::Error.
template <typename Work>
auto guarded(Work&& work) -> std::invoke_result_t<Work> {
  try {
    return work();
  } catch (const soci::soci_error& error) {
    throw Error(error.what());
  }
}

/// The column as it stands in CREATE TABLE and in ADD COLUMN.
std::string definition(const Column& column, Engine engine);

/// A time from an expression that is seconds since 1970.
std::string from_seconds(std::string_view expression, Engine engine);
/// The reverse.
std::string in_seconds(std::string_view expression, Engine engine);

/// What ends an INSERT that leaves rows alone whose key is there already. MariaDB's INSERT IGNORE
/// would also store values that do not fit.
std::string_view or_ignore(Engine engine);

/// What ends an INSERT that gives a row whose `key` is there already its new `columns`, unless the
/// row is locked.
std::string or_update_unlocked(Engine engine, std::string_view table, std::string_view key,
                               std::initializer_list<std::string_view> columns);

/// The numbers of a column over a message's rows of `signatures`, joined: "12:7:0,13:9:4".
std::string joined_signatures(Engine engine);

}  // namespace dmarc::store
