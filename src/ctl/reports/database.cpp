// dmarcctl db: the tables of the report database.

#include "ctl/reports/database.h"

#include <array>
#include <ostream>

#include "base/ascii.h"
#include "base/read_file.h"
#include "ctl/subcommand.h"
#include "store/schema.h"

namespace dmarc::ctl {
namespace {

tl::unexpected<InputError> error(int status, std::string text) {
  return tl::unexpected(InputError{status, std::move(text)});
}

constexpr std::array flags{database_flag, config_flag};

constexpr std::array statuses{
    ExitStatus{status::ok, "the tables are complete"},
    ExitStatus{1, "check: something is missing"},
    ExitStatus{status::unavailable, "the database can't be used"},
    ExitStatus{status::config, "the configuration is wrong"},
};

int init(store::Database& database, Terminal terminal) {
  store::create_schema(database);
  terminal.out << "the tables are there\n";
  return status::ok;
}

int check(store::Database& database, Terminal terminal) {
  const std::vector<std::string> problems = store::check_schema(database);
  for (const std::string& problem : problems)
    terminal.out << problem << "\n";
  if (problems.empty()) terminal.out << "nothing is missing\n";
  return problems.empty() ? status::ok : 1;
}

int upgrade(store::Database& database, Terminal terminal) {
  const std::vector<std::string> done = store::upgrade_schema(database);
  for (const std::string& change : done)
    terminal.out << change << "\n";
  if (done.empty()) terminal.out << "nothing was missing\n";
  return status::ok;
}

struct Action {
  std::string_view name;
  int (*run)(store::Database& database, Terminal terminal);
};

constexpr std::array actions{Action{"init", init}, Action{"check", check},
                             Action{"upgrade", upgrade}};

int run(const Arguments& arguments, Terminal terminal) {
  const Action* chosen = nullptr;
  for (const Action& action : actions) {
    if (arguments.operands() == std::vector{std::string(action.name)}) chosen = &action;
  }
  if (chosen == nullptr) return usage_error(terminal, "db", "init, check or upgrade wanted");
  const auto settings = read_configuration(arguments);
  if (!settings) return failure(terminal, "db", settings.error().text, status::config);
  const auto address = database_address(arguments, *settings);
  if (!address) return failure(terminal, "db", address.error().text, address.error().status);
  store::Database database(*address);
  return chosen->run(database, terminal);
}

}  // namespace

Input<store::DatabaseAddress> configured_database(const config::Configuration& settings) {
  auto address = store::DatabaseAddress::parse(settings.reports.database);
  if (!address) return error(status::config, "ReportDatabase: " + address.error());
  if (settings.reports.password_file.empty()) return *address;
  const auto secret = base::read_file(settings.reports.password_file);
  if (!secret) {
    return error(status::config,
                 settings.reports.password_file + ": " + base::error_text(secret.error()));
  }
  address->password = base::trim(secret->substr(0, secret->find('\n')));
  return *address;
}

Input<store::DatabaseAddress> database_address(const Arguments& arguments,
                                               const config::Configuration& settings) {
  const auto text = arguments.value("database");
  if (!text) return configured_database(settings);
  auto address = store::DatabaseAddress::parse(*text);
  if (!address) return error(status::usage, "--database: " + address.error());
  return *address;
}

std::unique_ptr<store::Database> open_store(const store::DatabaseAddress& address) {
  auto database = std::make_unique<store::Database>(address);
  if (address.engine == store::Engine::sqlite && store::is_empty(*database))
    store::create_schema(*database);
  store::require_schema(*database);
  return database;
}

const Subcommand db_subcommand{"db",
                               "create, check or upgrade the tables of the report database",
                               "init|check|upgrade",
                               flags,
                               statuses,
                               run};

}  // namespace dmarc::ctl
