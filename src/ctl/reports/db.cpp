// dmarcctl db: the tables of the report database.

#include <array>
#include <ostream>

#include "ctl/reports/database.h"
#include "ctl/subcommand.h"
#include "store/schema.h"

namespace dmarc::ctl {
namespace {

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

const Subcommand db_subcommand{"db",
                               "create, check or upgrade the tables of the report database",
                               "init|check|upgrade",
                               flags,
                               statuses,
                               run};

}  // namespace dmarc::ctl
