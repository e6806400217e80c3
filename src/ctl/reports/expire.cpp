// dmarcctl expire and opendmarc-expire: delete what is too old from the report database.

#include "store/expire.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <ostream>

#include "base/decimal.h"
#include "ctl/opendmarc/opendmarc_program.h"
#include "ctl/reports/database.h"
#include "store/received_reports.h"

namespace dmarc::ctl {
namespace {

constexpr std::int64_t day = 86'400;
/// OpenDMARC's; the largest is a century.
constexpr unsigned default_days = 180;
constexpr unsigned max_days = 36'500;

constexpr std::array flags{
    Flag{"days", "N", "delete what is older than N days (default 180)"},
    Flag{"all-tables", "", "also names that nothing refers to any more"},
    database_flag,
    config_flag,
};

constexpr std::array statuses{
    ExitStatus{status::ok, "what was too old is gone"},
    ExitStatus{status::unavailable, "the database can't be used"},
    ExitStatus{status::config, "the configuration is wrong"},
};

store::Expiry expiry(unsigned days, bool all_tables) {
  const std::int64_t now = std::time(nullptr);
  return {.before = now - std::int64_t{days} * day, .now = now, .all_tables = all_tables};
}

std::optional<unsigned> read_days(std::string_view text) {
  const auto days = base::parse_decimal<unsigned>(text);
  if (!days || *days == 0 || *days > max_days) return std::nullopt;
  return days;
}

int run(const Arguments& arguments, Terminal terminal) {
  const auto days = read_days(arguments.value_or("days", std::to_string(default_days)));
  if (!days) return usage_error(terminal, "expire", "--days must be a number from 1 to 36500");
  const auto settings = read_configuration(arguments);
  if (!settings) return failure(terminal, "expire", settings.error().text, status::config);
  const auto address = database_address(arguments, *settings);
  if (!address) return failure(terminal, "expire", address.error().text, address.error().status);
  const auto database = open_store(*address);
  const store::Expiry limits = expiry(*days, arguments.has("all-tables"));
  const auto tell = [&](std::string_view table, std::uint64_t rows) {
    if (rows > 0) terminal.out << table << ": " << rows << " deleted\n";
  };
  store::expire(*database, limits, tell);
  tell("received_reports", store::ReceivedReports(*database).expire(limits.before));
  return status::ok;
}

// --- opendmarc-expire ----------------------------------------------------------------------------

constexpr auto expire_options = joined(
    std::array{PerlOption{"alltables", "", "expire rows from all tables"}, opendmarc_dsn_option},
    opendmarc_database_options,
    std::array{PerlOption{"expire", "days", "expiration time, in days [180]"}});

int run_opendmarc_expire(const PerlOptions& options, Terminal terminal) {
  const char* const variable = std::getenv("OPENDMARC_MAXAGE");
  const auto days = read_days(options.value("expire").value_or(
      variable != nullptr ? variable : std::to_string(default_days)));
  if (!days) return opendmarc_error(terminal, opendmarc_expire.name, "invalid expiration time");
  const auto address = opendmarc_database(options);
  if (!address) return opendmarc_error(terminal, opendmarc_expire.name, address.error().text);
  const auto database = open_store(*address);
  const bool verbose = options.flag("verbose");
  store::expire(*database, expiry(*days, options.flag("alltables")),
                [&](std::string_view table, std::uint64_t rows) {
                  if (!verbose) return;
                  terminal.out << opendmarc_expire.name << ": expiring " << table << " table: ";
                  if (rows == 0)
                    terminal.out << "no rows deleted\n";
                  else
                    terminal.out << rows << (rows == 1 ? " row deleted\n" : " rows deleted\n");
                });
  return status::ok;
}

}  // namespace

const Subcommand expire_subcommand{
    "expire", "delete what is too old from the report database", "", flags, statuses, run};

const OpendmarcProgram opendmarc_expire{"opendmarc-expire", "", expire_options,
                                        run_opendmarc_expire};

}  // namespace dmarc::ctl
