#include "ctl/reports/database.h"

#include "base/ascii.h"
#include "base/read_file.h"
#include "ctl/subcommand.h"
#include "store/schema.h"

namespace dmarc::ctl {
namespace {

tl::unexpected<InputError> error(int status, std::string text) {
  return tl::unexpected(InputError{status, std::move(text)});
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

}  // namespace dmarc::ctl
