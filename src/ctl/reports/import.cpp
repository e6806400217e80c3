// dmarcctl import, opendmarc-import and opendmarc-importstats: put history records into the report
// database.
//
// The file is locked against writers while it is read, as OpenDMARC does it; history::Takeover says
// how the one that the daemon writes is taken over. Records that can't be
// used go to a file of their own, each with a line that says why; the first of them are reported on
// the terminal.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "ctl/opendmarc/opendmarc_program.h"
#include "ctl/reports/database.h"
#include "ctl/subcommand.h"
#include "ctl/terminal.h"
#include "history/file.h"
#include "history/takeover.h"
#include "store/importer.h"

namespace dmarc::ctl {
namespace {

constexpr std::string_view rejects_suffix = ".rejected";
/// OpenDMARC's, when no configuration names a history file.
constexpr const char* opendmarc_history = "/var/run/opendmarc.dat";

// --- One import, which all three share -----------------------------------------------------------

struct ImportRequest {
  std::string program;       ///< in messages
  std::string path;          ///< "-" is standard input
  std::string rejects = {};  ///< where unusable records go; empty: nowhere
  bool append_rejects = false;
};

struct ImportOutcome {
  store::Importer::Counts counts;
  std::uint64_t rejected = 0;
  std::uint64_t octets = 0;  ///< read
};

/// Unusable records, and details left out, that are reported on the terminal, one line each.
constexpr std::uint64_t max_told = 20;
/// Records between two looks at the clock.
constexpr std::uint64_t progress_interval = 4096;

tl::unexpected<InputError> failed(const std::string& path, int error) {
  return tl::unexpected(InputError{status::no_input, path + ": " + base::error_text(error)});
}

/// "12345 records, 40 %"; without the share when the size is not known.
std::string progress_text(std::uint64_t records, std::uint64_t offset, std::uint64_t size) {
  const std::string text = std::to_string(records) + " records";
  return size == 0 ? text : text + ", " + std::to_string(offset * 100 / size) + " %";
}

std::uint64_t size_of_file(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

/// Where unusable records go.
class Rejects {
 public:
  Rejects(const ImportRequest& request, Terminal terminal)
      : request_(request), terminal_(terminal) {}

  std::uint64_t count() const { return count_; }

  /// Nothing, or the errno value if it could not be written.
  std::optional<int> add(const history::Reader::Record& record) {
    const std::string place = request_.path + ":" + std::to_string(record.line);
    if (++count_ <= max_told)
      terminal_.err << request_.program << ": " << place << ": " << record.problem << "\n";
    if (request_.rejects.empty()) return std::nullopt;
    if (!file_.is_open())
      file_.open(request_.rejects, request_.append_rejects ? std::ios::app : std::ios::trunc);
    file_ << "# " << place << ": " << record.problem << "\n" << record.text << std::flush;
    if (!file_) return errno != 0 ? errno : EIO;
    return std::nullopt;
  }

  /// Details that a record was imported without.
  void tell(const std::vector<history::Reader::Remark>& left_out) {
    for (const history::Reader::Remark& remark : left_out) {
      if (++left_out_ > max_told) continue;
      terminal_.err << request_.program << ": " << request_.path << ":" << remark.line
                    << ": left out: " << remark.text << "\n";
    }
  }

  void sum_up() const {
    if (left_out_ > max_told)
      terminal_.err << request_.program << ": and " << left_out_ - max_told << " details more\n";
    if (count_ == 0) return;
    if (count_ > max_told) {
      terminal_.err << request_.program << ": and " << count_ - max_told << " records more\n";
    }
    if (!request_.rejects.empty())
      terminal_.err << request_.program << ": they are in " << request_.rejects << "\n";
  }

 private:
  const ImportRequest& request_;
  Terminal terminal_;
  std::ofstream file_;
  std::uint64_t count_ = 0;
  std::uint64_t left_out_ = 0;
};

Input<ImportOutcome> import_descriptor(const ImportRequest& request, int fd,
                                       store::Database& database, Terminal terminal) {
  history::Reader reader(fd);
  store::Importer importer(database);
  Rejects rejects(request, terminal);
  {
    Progress progress(terminal.err);
    const std::uint64_t size = size_of_file(fd);
    std::uint64_t records = 0;
    while (auto record = reader.next()) {
      rejects.tell(record->left_out);
      if (record->entry) {
        importer.add(*std::move(record->entry));
      } else if (const auto error = rejects.add(*record)) {
        return failed(request.rejects, *error);
      }
      if (++records % progress_interval == 0)
        progress.show([&] { return progress_text(records, reader.offset(), size); });
    }
    importer.flush();
  }
  rejects.sum_up();
  if (reader.error() != 0) return failed(request.path, reader.error());
  return ImportOutcome{importer.counts(), rejects.count(), reader.offset()};
}

void add_up(ImportOutcome& sum, const ImportOutcome& more) {
  sum.counts.imported += more.counts.imported;
  sum.counts.duplicates += more.counts.duplicates;
  sum.counts.no_address += more.counts.no_address;
  sum.rejected += more.rejected;
}

/// The error is that of reading the file.
Input<ImportOutcome> run_import(const ImportRequest& request, store::Database& database,
                                Terminal terminal) {
  base::UniqueFd opened;
  int fd = STDIN_FILENO;
  if (request.path != "-") {
    opened.reset(::open(request.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened) return failed(request.path, errno);
    fd = opened.get();
  }
  if (::flock(fd, LOCK_SH) != 0)
    terminal.err << request.program << ": warning: unable to establish read lock\n";
  return import_descriptor(request, fd, database, terminal);
}

/// "12 records imported, 1 there already".
std::string summary(const ImportOutcome& outcome) {
  const auto& counts = outcome.counts;
  std::string text = std::to_string(counts.imported) +
                     (counts.imported == 1 ? " record imported" : " records imported");
  if (counts.duplicates > 0) text += ", " + std::to_string(counts.duplicates) + " there already";
  if (counts.no_address > 0)
    text += ", " + std::to_string(counts.no_address) + " without a client address left out";
  if (outcome.rejected > 0) text += ", " + std::to_string(outcome.rejected) + " unusable";
  return text;
}

InputError takeover_error(const history::TakeoverError& error) {
  if (error.error == EWOULDBLOCK)
    return {status::temporary_failure, error.path + ": another import is at work"};
  return {status::no_input, error.path + ": " + base::error_text(error.error)};
}

/// Imports a file that was taken over, and removes it.
Input<ImportOutcome> import_taken(const ImportRequest& request, history::TakenFile& file,
                                  store::Database& database, Terminal terminal) {
  for (;;) {
    const auto outcome = import_descriptor(request, file.descriptor(), database, terminal);
    if (!outcome) return outcome;
    const auto removed = file.remove(outcome->octets);
    if (!removed) return tl::unexpected(takeover_error(removed.error()));
    if (*removed) return outcome;
  }
}

/// Takes over the file that a daemon writes, imports it, and deletes it; first what imports that
/// were killed have left. A file that can't be read stays where it is and keeps none of the others.
/// `working` is the file at work, also when an exception ends it.
Input<ImportOutcome> import_and_delete(ImportRequest request, std::string suffix,
                                       std::string& working, store::Database& database,
                                       Terminal terminal) {
  auto takeover = history::Takeover::begin(request.path, std::move(suffix));
  if (!takeover) return tl::unexpected(takeover_error(takeover.error()));
  ImportOutcome sum;
  std::optional<InputError> problem;
  const auto note = [&](InputError error) {
    if (problem) terminal.err << request.program << ": " << problem->text << "\n";
    problem = std::move(error);
  };
  for (;;) {
    auto file = takeover->next();
    if (!file) {
      note(takeover_error(file.error()));
      continue;
    }
    if (!*file) break;
    working = (*file)->path();
    request.path = working;
    const auto outcome = import_taken(request, **file, database, terminal);
    if (outcome)
      add_up(sum, *outcome);
    else
      note(outcome.error());
  }
  if (problem) return tl::unexpected(*std::move(problem));
  return sum;
}

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
    ExitStatus{status::temporary_failure, "another import is at work on the same file"},
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
  std::string working;
  return import_and_delete(std::move(request), ".importing", working, database, terminal);
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
  std::string working;
  const auto leave = [&](const std::string& problem) {
    opendmarc_error(terminal, program, problem);
    struct stat left {};
    if (working.empty() || ::stat(working.c_str(), &left) != 0) return opendmarc_failure;
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
                                           ".OLD.", working, *database, terminal);
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
