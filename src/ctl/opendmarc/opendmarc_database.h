// Which database OpenDMARC's programs work on.
//
// Threads: functions without state but for the environment.
#pragma once

#include <array>

#include "ctl/input.h"
#include "ctl/opendmarc/perl_options.h"
#include "store/database.h"

namespace dmarc::ctl {

/// OpenDMARC's options for the database.
inline constexpr std::array opendmarc_database_options{
    PerlOption{"dbscheme", "scheme", "database scheme (mysql, Pg or SQLite) [mysql]"},
    PerlOption{"dbhost", "host", "database host [localhost]"},
    PerlOption{"dbname", "name", "database name [opendmarc]"},
    PerlOption{"dbpasswd", "passwd", "database password [opendmarc]"},
    PerlOption{"dbport", "port", "database port [3306]"},
    PerlOption{"dbuser", "user", "database user [opendmarc]"}};
inline constexpr PerlOption opendmarc_dsn_option{
    "db-dsn", "DSN", "data source name, instead of scheme, host, name and port"};

/// From OpenDMARC's options and environment variables, with its defaults. Without any of them, from
/// the configuration: that is what "opendmarc-import" means where OpenDMARC was never set up.
Input<store::DatabaseAddress> opendmarc_database(const PerlOptions& options);

}  // namespace dmarc::ctl
