// The programs that OpenDMARC's scripts and cron jobs call, by their own names and options, and the
// database that they work on: dmarcctl is one of them when it is called by that name.
//
//   if (const auto* program = find_opendmarc_program("opendmarc-import"))
//     return run_opendmarc_program(*program, words, terminal);
//
// Threads: one.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/input.h"
#include "ctl/opendmarc/perl_options.h"
#include "ctl/subcommand.h"
#include "store/database.h"

namespace dmarc::ctl {

/// The exit status of those programs for any failure.
inline constexpr int opendmarc_failure = 1;

struct OpendmarcProgram {
  std::string_view name;
  std::string_view operands;
  /// Without --help, --verbose and --version, which all of them have.
  std::span<const PerlOption> options;
  int (*run)(const PerlOptions& options, Terminal terminal);
};

extern const OpendmarcProgram opendmarc_expire;
extern const OpendmarcProgram opendmarc_import;
extern const OpendmarcProgram opendmarc_importstats;
extern const OpendmarcProgram opendmarc_params;
extern const OpendmarcProgram opendmarc_reports;

/// Null for another name. `path` is argv[0].
const OpendmarcProgram* find_opendmarc_program(std::string_view path);

int run_opendmarc_program(const OpendmarcProgram& program, const std::vector<std::string>& words,
                          Terminal terminal);

/// "PROG: problem". Returns opendmarc_failure.
int opendmarc_error(Terminal terminal, std::string_view program, std::string_view problem);

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
