// The database that a subcommand works on: where it is, and a connection to it.
//
//   const auto address = database_address(arguments, *settings);
//   const auto database = open_store(*address);
//
// Threads: one. open_store() throws store::Error.
#pragma once

#include <memory>

#include "config/configuration.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"
#include "store/database.h"

namespace dmarc::ctl {

inline constexpr Flag database_flag{"database", "ADDRESS",
                                    "the database (default ReportDatabase of the configuration)"};

/// From --database, or from the configuration.
Input<store::DatabaseAddress> database_address(const Arguments& arguments,
                                               const config::Configuration& settings);

/// From the configuration alone.
Input<store::DatabaseAddress> configured_database(const config::Configuration& settings);

/// A connection to a store that has its tables; those of a new SQLite file are created.
std::unique_ptr<store::Database> open_store(const store::DatabaseAddress& address);

}  // namespace dmarc::ctl
