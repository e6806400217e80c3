// Where the SQL of the three engines differs.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "store/schema.h"

namespace dmarc::store {

/// The column as it stands in CREATE TABLE and in ADD COLUMN.
std::string definition(const Column& column, Engine engine);

/// A time from an expression that is seconds since 1970.
std::string from_seconds(std::string_view expression, Engine engine);
/// The reverse.
std::string in_seconds(std::string_view expression, Engine engine);

/// What ends an INSERT that leaves rows alone whose key is there already. MariaDB's INSERT IGNORE
/// would also store values that do not fit.
std::string_view or_ignore(Engine engine);

/// The numbers of a column over a message's rows of `signatures`, joined: "12:7:0,13:9:4".
std::string joined_signatures(Engine engine);

}  // namespace dmarc::store
