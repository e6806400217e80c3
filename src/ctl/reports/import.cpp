// dmarcctl import, opendmarc-import and opendmarc-importstats: put history records into the report
// database.

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <iterator>
#include <ostream>

#include "ctl/opendmarc/opendmarc_database.h"
#include "ctl/opendmarc/opendmarc_program.h"
#include "ctl/reports/database.h"
#include "ctl/reports/import_run.h"

namespace dmarc::ctl {
namespace {

constexpr std::string_view rejects_suffix = ".rejected";
/// OpenDMARC's, when no configuration names a history file.
constexpr const char* opendmarc_history = "/var/run/opendmarc.dat";

// --- dmarcctl import -----------------------------------------------------------------------------

constexpr std::array flags{
    database_flag,
    config_flag,
    Flag{"rejects", "FILE",
         "where unusable records go (default: the history file + \".rejected\")"},
};

constexpr std::array statuses{
    ExitStatus{status::ok, "all records are in the database"},
    ExitStatus{1, "some records were unusable and have been set aside"},
    ExitStatus{status::no_input, "the history file can't be read"},
    ExitStatus{status::unavailable, "the database can't be used"},
    ExitStatus{status::config, "the configuration is wrong"},
};

int fail(Terminal terminal, const InputError& error) {
  return failure(terminal, "import", error.text, error.status);
}

Input<ImportOutcome> import_named(const std::string& path, ImportRequest request,
                                  store::Database& database, Terminal terminal) {
  request.path = path;
  if (request.rejects.empty() && path != "-") request.rejects = path + std::string(rejects_suffix);
  return run_import(request, database, terminal);
}

/// Imports the file that the daemon writes; the daemon goes on with a new one.
Input<ImportOutcome> import_configured(const config::Configuration& settings, ImportRequest request,
                                       store::Database& database, Terminal terminal) {
  request.path = settings.history.path;
  if (request.path.empty())
    return tl::unexpected(InputError{status::config, "no file given, and no HistoryFile set"});
  if (request.rejects.empty()) request.rejects = request.path + std::string(rejects_suffix);
  request.append_rejects = true;
  return import_and_delete(request, request.path + ".importing", database, terminal);
}

int run(const Arguments& arguments, Terminal terminal) {
  if (arguments.operands().size() > 1) return usage_error(terminal, "import", "more than one file");
  const auto settings = read_configuration(arguments);
  if (!settings) return fail(terminal, settings.error());
  const auto address = database_address(arguments, *settings);
  if (!address) return fail(terminal, address.error());
  const auto database = open_store(*address);
  const ImportRequest request{
      .program = "dmarcctl import", .path = {}, .rejects = arguments.value_or("rejects", "")};
  const auto outcome =
      arguments.operands().empty()
          ? import_configured(*settings, request, *database, terminal)
          : import_named(arguments.operands().front(), request, *database, terminal);
  if (!outcome) return fail(terminal, outcome.error());
  terminal.out << summary(*outcome) << "\n";
  return outcome->rejected > 0 ? 1 : status::ok;
}

// --- opendmarc-import ----------------------------------------------------------------------------

constexpr auto import_options =
    joined(std::array{opendmarc_dsn_option}, opendmarc_database_options,
           std::array{PerlOption{"input", "file", "input file [STDIN]"}});

/// In the form of Perl's localtime().
std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::array<char, 64> text{};
  std::tm broken{};
  std::strftime(text.data(), text.size(), "%a %b %e %H:%M:%S %Y", ::localtime_r(&now, &broken));
  return text.data();
}

/// Imports and prints what OpenDMARC's program prints. Returns the exit status.
int run_opendmarc_import(const PerlOptions& options, Terminal terminal) {
  const std::string program(opendmarc_import.name);
  const auto tell = [&](const std::string& what) {
    if (options.flag("verbose")) terminal.err << program << ": " << what << "\n";
  };
  tell("started at " + local_time());
  const auto address = opendmarc_database(options);
  if (!address) return opendmarc_error(terminal, program, address.error().text);
  const std::string path = options.value("input").value_or("-");
  if (path != "-" && ::access(path.c_str(), R_OK) == 0) tell("opened file " + path);
  const auto database = open_store(*address);
  tell("connected to database");
  const auto outcome = import_named(path, {.program = program, .path = {}}, *database, terminal);
  if (!outcome) return opendmarc_error(terminal, program, "unable to open " + outcome.error().text);
  tell(summary(*outcome));
  tell("terminating at " + local_time());
  return status::ok;
}

// --- opendmarc-importstats -----------------------------------------------------------------------

constexpr std::array importstats_options{
    PerlOption{"conf", "file", "configuration file [/etc/opendmarc.conf]"},
    PerlOption{"history-file", "path", "history file [HistoryFile of the configuration]"}};

Input<std::string> history_path(const PerlOptions& options) {
  if (const auto path = options.value("history-file")) return *path;
  std::vector<std::string> words;
  if (const auto conf = options.value("conf")) words = {"--config", *conf};
  const std::array<Flag, 1> known{config_flag};
  const auto settings = read_configuration(Arguments::parse(known, words).value());
  if (!settings) return tl::unexpected(settings.error());
  return settings->history.path.empty() ? opendmarc_history : settings->history.path;
}

int run_opendmarc_importstats(const PerlOptions& options, Terminal terminal) {
  const std::string program(opendmarc_importstats.name);
  const auto path = history_path(options);
  if (!path) return opendmarc_error(terminal, program, path.error().text);
  struct stat file {};
  if (::stat(path->c_str(), &file) != 0 || file.st_size == 0) return status::ok;
  const auto address = opendmarc_database({});
  if (!address) return opendmarc_error(terminal, program, address.error().text);
  const std::string working = *path + ".OLD." + std::to_string(::getpid());
  const auto leave = [&](const std::string& problem) {
    opendmarc_error(terminal, program, problem);
    struct stat left {};
    if (::stat(working.c_str(), &left) != 0) return opendmarc_failure;
    return opendmarc_error(terminal, program,
                           "import failed; leftover file: " + working + " (" +
                               std::to_string(left.st_size) + " bytes)");
  };
  try {
    const auto database = open_store(*address);
    const auto outcome = import_and_delete({.program = program,
                                            .path = *path,
                                            .rejects = *path + std::string(rejects_suffix),
                                            .append_rejects = true},
                                           working, *database, terminal);
    if (!outcome) return leave(outcome.error().text);
    if (options.flag("verbose")) terminal.err << program << ": " << summary(*outcome) << "\n";
  } catch (const store::Error& failure) {
    return leave(failure.what());
  }
  return status::ok;
}

}  // namespace

const Subcommand import_subcommand{
    "import", "put history records into the report database", "[FILE|-]", flags, statuses, run};

const OpendmarcProgram opendmarc_import{"opendmarc-import", "", import_options,
                                        run_opendmarc_import};

const OpendmarcProgram opendmarc_importstats{"opendmarc-importstats", "", importstats_options,
                                             run_opendmarc_importstats};

}  // namespace dmarc::ctl
