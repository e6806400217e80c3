#include "ctl/opendmarc/opendmarc_program.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "base/decimal.h"
#include "config/configuration.h"
#include "ctl/reports/database.h"
#include "store/database.h"

namespace dmarc::ctl {
namespace {

constexpr std::array<const OpendmarcProgram*, 5> programs{&opendmarc_expire, &opendmarc_import,
                                                          &opendmarc_importstats, &opendmarc_params,
                                                          &opendmarc_reports};

constexpr std::array common_options{PerlOption{"help", "", "print help and exit"},
                                    PerlOption{"verbose", "", "verbose output"},
                                    PerlOption{"version", "", "print version and exit"}};

std::vector<PerlOption> all_options(const OpendmarcProgram& program) {
  std::vector<PerlOption> all(program.options.begin(), program.options.end());
  std::copy(common_options.begin(), common_options.end(), std::back_inserter(all));
  return all;
}

void print_usage(std::ostream& err, const OpendmarcProgram& program,
                 std::span<const PerlOption> options) {
  err << program.name << ": usage: " << program.name << " [options]";
  if (!program.operands.empty()) err << " " << program.operands;
  err << "\n";
  for (const PerlOption& option : options) {
    std::string form = "--" + std::string(option.name);
    if (!option.value.empty()) form.append("=").append(option.value);
    form.resize(std::max<std::size_t>(form.size() + 1, 24), ' ');
    err << "\t" << form << option.help << "\n";
  }
}

/// One of OpenDMARC's settings.
struct Setting {
  std::string_view option;
  const char* variable;
  std::string_view initially;
};

constexpr Setting host{"dbhost", "OPENDMARC_DBHOST", "localhost"};
constexpr Setting name{"dbname", "OPENDMARC_DB", "opendmarc"};
constexpr Setting user{"dbuser", "OPENDMARC_USER", "opendmarc"};
constexpr Setting password{"dbpasswd", "OPENDMARC_PASSWORD", "opendmarc"};
constexpr Setting port{"dbport", "OPENDMARC_PORT", ""};

tl::unexpected<InputError> error(int status, std::string text) {
  return tl::unexpected(InputError{status, std::move(text)});
}

std::optional<std::string> given(const PerlOptions& options, const Setting& setting) {
  if (auto value = options.value(setting.option)) return value;
  if (const char* const value = std::getenv(setting.variable)) return value;
  return std::nullopt;
}

std::string value_of(const PerlOptions& options, const Setting& setting) {
  return given(options, setting).value_or(std::string(setting.initially));
}

std::optional<store::Engine> engine_of_scheme(std::string_view scheme) {
  if (base::iequals(scheme, "mysql") || base::iequals(scheme, "mariadb"))
    return store::Engine::mariadb;
  if (base::iequals(scheme, "pg") || base::iequals(scheme, "postgresql"))
    return store::Engine::postgresql;
  if (base::iequals(scheme, "sqlite")) return store::Engine::sqlite;
  return std::nullopt;
}

void set_database(store::DatabaseAddress& address, std::string value) {
  (address.engine == store::Engine::sqlite ? address.path : address.name) = std::move(value);
}

/// "DBI:SCHEME:NAME=VALUE;NAME=VALUE".
bool read_dsn(std::string_view dsn, store::DatabaseAddress& address) {
  const std::vector<std::string_view> parts = base::split(dsn, ':');
  if (parts.size() < 3 || !base::iequals(parts[0], "dbi")) return false;
  const auto engine = engine_of_scheme(parts[1]);
  if (!engine) return false;
  address.engine = *engine;
  const std::string_view rest = dsn.substr(parts[0].size() + parts[1].size() + 2);
  for (const std::string_view pair : base::split(rest, ';')) {
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    if (equals == std::string_view::npos) continue;
    const std::string value(pair.substr(equals + 1));
    if (key == "database" || key == "dbname" || key == "db") set_database(address, value);
    if (key == "host" || key == "mysql_socket" || key == "mariadb_socket") address.host = value;
    if (key == "port") address.port = base::parse_decimal<std::uint16_t>(value).value_or(0);
  }
  return true;
}

}  // namespace

const OpendmarcProgram* find_opendmarc_program(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto* const found = std::find_if(programs.begin(), programs.end(),
                                         [name](const auto* row) { return row->name == name; });
  return found == programs.end() ? nullptr : *found;
}

int run_opendmarc_program(const OpendmarcProgram& program, const std::vector<std::string>& words,
                          Terminal terminal) {
  const std::vector<PerlOption> options = all_options(program);
  const auto given = PerlOptions::parse(options, words);
  if (!given || given->flag("help")) {
    if (!given) terminal.err << given.error() << "\n";
    print_usage(terminal.err, program, options);
    return given ? status::ok : opendmarc_failure;
  }
  if (given->flag("version")) {
    terminal.out << program.name << " v" << config::defaults().policy.version << "\n";
    return status::ok;
  }
  if (!program.operands.empty() && given->operands().empty()) {
    print_usage(terminal.err, program, options);
    return opendmarc_failure;
  }
  try {
    return program.run(*given, terminal);
  } catch (const store::Error& failure) {
    return opendmarc_error(terminal, program.name, failure.what());
  }
}

int opendmarc_error(Terminal terminal, std::string_view program, std::string_view problem) {
  terminal.err << program << ": " << problem << "\n";
  return opendmarc_failure;
}

Input<store::DatabaseAddress> opendmarc_database(const PerlOptions& options) {
  const auto dsn = options.value("db-dsn");
  const auto scheme = options.value("dbscheme");
  const bool is_given = dsn || scheme || given(options, host) || given(options, name) ||
                        given(options, user) || given(options, password) || given(options, port);
  if (!is_given) {
    const auto settings = read_configuration({});
    if (!settings) return tl::unexpected(settings.error());
    return configured_database(*settings);
  }
  store::DatabaseAddress address;
  address.user = value_of(options, user);
  address.password = value_of(options, password);
  if (dsn) {
    if (!read_dsn(*dsn, address)) return error(opendmarc_failure, "unusable --db-dsn");
    return address;
  }
  const auto engine = engine_of_scheme(scheme.value_or("mysql"));
  if (!engine) return error(opendmarc_failure, "unknown database scheme " + *scheme);
  address.engine = *engine;
  address.host = value_of(options, host);
  address.port = base::parse_decimal<std::uint16_t>(value_of(options, port)).value_or(0);
  set_database(address, value_of(options, name));
  return address;
}

}  // namespace dmarc::ctl
