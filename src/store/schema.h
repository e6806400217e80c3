// The tables: OpenDMARC's own, with columns and tables added for RFC 9990, defined once for the
// three engines.
//
//   const auto problems = store::check_schema(database);   // what is missing
//   store::create_schema(database);                        // "dmarcctl db init"
//   store::upgrade_schema(database);                       // "dmarcctl db upgrade"
//
// In a database of OpenDMARC's, an upgrade adds columns with defaults and tables, and lets
// requests.lastsent be NULL; nothing is removed or renamed, so OpenDMARC's tools and dashboards go
// on working. A fresh MariaDB database differs from OpenDMARC's in the width of message numbers
// (64 bits) and in that job identifiers are compared with regard to case.
//
// Times are UTC: TIMESTAMP columns on MariaDB and PostgreSQL, seconds since 1970 on SQLite.
//
// Threads: those of the connection. Throws store::Error.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace dmarc::store {

enum class ColumnType : std::uint8_t {
  id,  ///< primary key, numbered by the database
  message_id,
  reference,  ///< to an id
  message_reference,
  code,  ///< 0 to 255
  signed_code,
  flag,  ///< as `code`; OpenDMARC has it signed
  number,
  word,  ///< text of limited length, compared octet by octet where the engine lets us
  text,  ///< text of any length
  time,
};

struct Column {
  std::string_view name;
  ColumnType type = ColumnType::code;
  unsigned length = 0;  ///< of a word, in characters
  /// SQL; empty for none; "now" for the time of insertion.
  std::string_view initially = {};
  bool nullable = false;
};

struct Key {
  std::string_view columns;  ///< "reporter, date, jobid"
  bool unique = false;
};

struct Table {
  std::string_view name;
  std::span<const Column> columns;
  std::span<const Key> keys;
};

std::span<const Table> tables();

/// The statements that make the table and its keys.
std::vector<std::string> create_statements(const Table& table, Engine engine);

/// One clause for each thing that is missing: "no table policies", "no column messages.reason".
/// Empty for a schema that is complete.
std::vector<std::string> check_schema(Database& database);

/// True when none of the tables is there.
bool is_empty(Database& database);

/// Makes the tables that are not there.
void create_schema(Database& database);

/// Adds what check_schema() misses; returns what was done, one clause each.
std::vector<std::string> upgrade_schema(Database& database);

/// Throws Error with advice when the schema is not complete.
void require_schema(Database& database);

}  // namespace dmarc::store
