#include "ctl/reports/import_run.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <optional>
#include <ostream>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "ctl/progress.h"
#include "history/reader.h"

namespace dmarc::ctl {
namespace {

/// Unusable records that are reported on the terminal, one line each.
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

  void sum_up() const {
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
};

Input<ImportOutcome> import_descriptor(const ImportRequest& request, int fd,
                                       store::Database& database, Terminal terminal) {
  if (::flock(fd, LOCK_SH) != 0)
    terminal.err << request.program << ": warning: unable to establish read lock\n";
  history::Reader reader(fd);
  store::Importer importer(database);
  Rejects rejects(request, terminal);
  {
    Progress progress(terminal.err);
    const std::uint64_t size = size_of_file(fd);
    std::uint64_t records = 0;
    while (auto record = reader.next()) {
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
  return ImportOutcome{importer.counts(), rejects.count()};
}

void add_up(ImportOutcome& sum, const ImportOutcome& more) {
  sum.counts.imported += more.counts.imported;
  sum.counts.duplicates += more.counts.duplicates;
  sum.counts.no_address += more.counts.no_address;
  sum.rejected += more.rejected;
}

}  // namespace

Input<ImportOutcome> run_import(const ImportRequest& request, store::Database& database,
                                Terminal terminal) {
  if (request.path == "-") return import_descriptor(request, STDIN_FILENO, database, terminal);
  const base::UniqueFd file(::open(request.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return failed(request.path, errno);
  return import_descriptor(request, file.get(), database, terminal);
}

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

Input<ImportOutcome> import_and_delete(const ImportRequest& request, const std::string& working,
                                       store::Database& database, Terminal terminal) {
  ImportOutcome sum;
  ImportRequest renamed = request;
  renamed.path = working;
  for (const bool is_left_over : {true, false}) {
    if (is_left_over ? ::access(working.c_str(), F_OK) != 0
                     : std::rename(request.path.c_str(), working.c_str()) != 0) {
      if (errno == ENOENT) continue;
      return failed(request.path, errno);
    }
    const auto outcome = run_import(renamed, database, terminal);
    if (!outcome) return outcome;
    if (::unlink(working.c_str()) != 0) return failed(working, errno);
    add_up(sum, *outcome);
  }
  return sum;
}

}  // namespace dmarc::ctl
