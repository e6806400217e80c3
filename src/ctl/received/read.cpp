// dmarcctl read: put the aggregate reports that arrived into the report database.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <ostream>

#include "aggregate/period.h"
#include "base/ascii.h"
#include "base/json.h"
#include "base/read_file.h"
#include "base/unique_fd.h"
#include "ctl/reports/database.h"
#include "ctl/subcommand.h"
#include "ctl/terminal.h"
#include "receiving/input.h"
#include "store/received_reports.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{
    Flag{"set-aside", "FOLDER", "keep there what can't be read, and exit with 0"},
    Flag{"dry-run", "", "print what would be stored; use no database"},
    json_flag,
    database_flag,
    config_flag,
};

constexpr std::array statuses{
    ExitStatus{status::ok, "every report is in the database"},
    ExitStatus{status::data_error, "something could not be read as a report"},
    ExitStatus{status::no_input, "a file can't be opened or read"},
    ExitStatus{status::temporary_failure, "the database can't be used, or the folder: try again"},
    ExitStatus{status::config, "the configuration is wrong"},
};

/// Things that can't be read and are told of, of one file.
constexpr std::uint64_t max_told = 100;

/// The folder of --set-aside can't be written to.
struct SetAsideError {
  std::string text;
};

struct Counts {
  std::uint64_t stored = 0;
  std::uint64_t known = 0;
  std::uint64_t set_aside = 0;
  std::uint64_t no_input = 0;
};

std::string number_of(std::uint64_t count, std::string_view one, std::string_view more) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : more);
}

class Reading {
 public:
  Reading(const Arguments& arguments, store::Database* database, Terminal terminal)
      : json_(arguments.has("json")),
        set_aside_(arguments.value("set-aside")),
        terminal_(terminal),
        now_(std::time(nullptr)) {
    if (database != nullptr) store_.emplace(*database);
  }

  void operand(const std::string& path) {
    if (path == "-") {
      standard_input();
      return;
    }
    receiving::for_each_file(path, [&](const std::string& file, int error) {
      if (error == 0) error = read(file, [&] { return receiving::read_file(file, sink()); });
      if (error != 0) tell_no_input(file, error);
    });
  }

  const Counts& counts() const { return counts_; }
  base::Json list() const { return list_; }

 private:
  receiving::FindingSink sink() {
    return [this](const receiving::Finding& finding) { take(finding); };
  }

  /// Reads one file; what could not be read of it is kept as a whole. Returns an errno value.
  template <typename Reader>
  int read(const std::string& file, const Reader& reader) {
    const std::uint64_t before = counts_.set_aside;
    told_ = 0;
    const int error = reader();
    if (told_ > max_told) tell(file, "and " + std::to_string(told_ - max_told) + " more");
    if (error == 0 && counts_.set_aside > before && set_aside_ && file != "-") keep(file);
    return error;
  }

  /// With --set-aside a copy is written first, so that it can be kept.
  void standard_input() {
    if (!set_aside_) {
      const int error =
          read("-", [&] { return receiving::read_descriptor(STDIN_FILENO, "-", sink()); });
      if (error != 0) tell_no_input("-", error);
      return;
    }
    const std::string copy = copy_descriptor(STDIN_FILENO);
    const std::uint64_t before = counts_.set_aside;
    try {
      const base::UniqueFd file(::open(copy.c_str(), O_RDONLY | O_CLOEXEC));
      if (!file) throw SetAsideError{copy + ": " + base::error_text(errno)};
      read("-", [&] { return receiving::read_descriptor(file.get(), "-", sink()); });
    } catch (...) {
      ::unlink(copy.c_str());
      throw;
    }
    if (counts_.set_aside > before)
      tell_kept(copy);
    else
      ::unlink(copy.c_str());
  }

  void take(const receiving::Finding& finding) {
    if (!finding.result) {
      set_aside(finding.place, finding.result.error());
      return;
    }
    for (const receiving::Problem& problem : finding.result->records)
      set_aside(finding.place, problem);
    const std::uint64_t left_out = finding.result->records_left_out;
    counts_.set_aside += left_out - finding.result->records.size();
    const receiving::Report& report = finding.result->report;
    const bool is_new = !store_ || store_->add(report, now_);
    ++(is_new ? counts_.stored : counts_.known);
    const std::string_view outcome = !is_new ? "read before" : store_ ? "stored" : "not stored";
    if (json_)
      list_.push(json_of(finding.place, report, outcome));
    else
      terminal_.out << line_of(finding.place, report, outcome) << "\n";
  }

  /// "reports.mbox: message 1: r.xml.gz: example.org by Example Net, 2026-09-22: 3 messages, 1 row;
  /// stored".
  static std::string line_of(const std::string& place, const receiving::Report& report,
                             std::string_view outcome) {
    const aggregate::Period period{report.begin, report.end};
    const std::string last = aggregate::day_text({report.end, report.end});
    std::string days = aggregate::day_text(period);
    if (last != days) days += " to " + last;
    return base::printable(place, 1000) + ": " + base::printable(report.policy.domain) + " by " +
           base::printable(report.org_name.empty() ? report.reporter() : report.org_name) + ", " +
           days + ": " + number_of(report.messages(), "message", "messages") + ", " +
           number_of(report.rows.size(), "row", "rows") + "; " + std::string(outcome);
  }

  static base::Json json_of(const std::string& place, const receiving::Report& report,
                            std::string_view outcome) {
    return base::Json::object()
        .set("file", place)
        .set("domain", report.policy.domain)
        .set("reporter", report.org_name)
        .set("email", report.email)
        .set("report_id", report.report_id)
        .set("begin", report.begin)
        .set("end", report.end)
        .set("messages", report.messages())
        .set("rows", report.rows.size())
        .set("outcome", outcome);
  }

  void set_aside(const std::string& place, const receiving::Problem& problem) {
    ++counts_.set_aside;
    if (++told_ > max_told) return;
    const std::string line = problem.line > 0 ? ":" + std::to_string(problem.line) : "";
    tell(place + line, problem.reason);
    if (!json_) return;
    list_.push(base::Json::object()
                   .set("file", place)
                   .set("line", problem.line > 0 ? base::Json(problem.line) : base::Json())
                   .set("outcome", "set aside")
                   .set("reason", problem.reason));
  }

  void tell(const std::string& place, const std::string& text) {
    terminal_.err << "dmarcctl read: " << base::printable(place, 1000) << ": " << text << "\n";
  }

  void tell_no_input(const std::string& file, int error) {
    ++counts_.no_input;
    tell(file, base::error_text(error));
  }

  void tell_kept(const std::string& file) { tell(file, "is kept, with what could not be read"); }

  /// A new file in the folder, open for writing.
  base::UniqueFd make_file(std::string& path) const {
    path = *set_aside_ + "/" + std::to_string(now_) + ".XXXXXX";
    base::UniqueFd file(::mkostemp(path.data(), O_CLOEXEC));
    if (!file) throw SetAsideError{path + ": " + base::error_text(errno)};
    return file;
  }

  std::string copy_descriptor(int from) {
    std::string path;
    const base::UniqueFd file = make_file(path);
    std::array<char, 64 * 1024> buffer{};
    while (true) {
      const ssize_t length = ::read(from, buffer.data(), buffer.size());
      if (length < 0 && errno == EINTR) continue;
      const bool is_written = length <= 0 || ::write(file.get(), buffer.data(),
                                                     static_cast<std::size_t>(length)) == length;
      if (length == 0) return path;
      if (length > 0 && is_written) continue;
      const int error = errno;
      ::unlink(path.c_str());
      throw SetAsideError{path + ": " + base::error_text(error)};
    }
  }

  void keep(const std::string& source) {
    std::string path;
    make_file(path);
    std::error_code error;
    std::filesystem::copy_file(source, path, std::filesystem::copy_options::overwrite_existing,
                               error);
    if (error) {
      ::unlink(path.c_str());
      throw SetAsideError{path + ": " + error.message()};
    }
    tell_kept(path);
  }

  bool json_;
  std::optional<std::string> set_aside_;
  Terminal terminal_;
  std::int64_t now_;
  std::optional<store::ReceivedReports> store_;
  Counts counts_;
  std::uint64_t told_ = 0;
  base::Json list_ = base::Json::array();
};

int finish(const Reading& reading, const Arguments& arguments, Terminal terminal) {
  const Counts& counts = reading.counts();
  if (arguments.has("json")) {
    terminal.out << reading.list().text() << "\n";
  } else {
    terminal.out << number_of(counts.stored, "report", "reports")
                 << (arguments.has("dry-run") ? " read" : " stored");
    if (counts.known > 0) terminal.out << ", " << counts.known << " read before";
    if (counts.set_aside > 0) terminal.out << ", " << counts.set_aside << " set aside";
    terminal.out << "\n";
  }
  if (counts.no_input > 0) return status::no_input;
  const bool is_kept = arguments.has("set-aside");
  return counts.set_aside > 0 && !is_kept ? status::data_error : status::ok;
}

int read_all(const Arguments& arguments, store::Database* database, Terminal terminal) {
  Reading reading(arguments, database, terminal);
  for (const std::string& path : arguments.operands())
    reading.operand(path);
  return finish(reading, arguments, terminal);
}

int run(const Arguments& arguments, Terminal terminal) {
  if (arguments.operands().empty())
    return usage_error(terminal, "read", "a file, a folder or - wanted");
  try {
    if (arguments.has("dry-run")) return read_all(arguments, nullptr, terminal);
    const auto settings = read_configuration(arguments);
    if (!settings) return failure(terminal, "read", settings.error().text, status::config);
    const auto address = database_address(arguments, *settings);
    if (!address) return failure(terminal, "read", address.error().text, address.error().status);
    const auto database = open_store(*address);
    return read_all(arguments, database.get(), terminal);
  } catch (const store::Error& problem) {
    return failure(terminal, "read", problem.what(), status::temporary_failure);
  } catch (const SetAsideError& problem) {
    return failure(terminal, "read", problem.text, status::temporary_failure);
  }
}

}  // namespace

const Subcommand read_subcommand{
    "read", "store the aggregate reports that arrived", "FILE|FOLDER|- ...", flags, statuses, run};

}  // namespace dmarc::ctl
