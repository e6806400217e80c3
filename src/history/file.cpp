#include "history/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/read_file.h"
#include "base/regular_file.h"
#include "history/fields.h"
#include "metrics/counters.h"

namespace dmarc::history {
namespace {

// How often the file may be renamed between opening and locking it before this append gives up.
constexpr int max_rotations = 3;

bool has_name(int fd, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

// Returns 0 or an errno value. A record that fits only in part is taken back, so that the file
// holds whole records.
int write_whole(int fd, const std::string& record) {
  struct stat before {};
  if (::fstat(fd, &before) != 0) return errno;
  const ssize_t written = ::write(fd, record.data(), record.size());
  if (written == static_cast<ssize_t>(record.size())) return 0;
  const int error = written < 0 ? errno : ENOSPC;
  if (written > 0 && ::ftruncate(fd, before.st_size) != 0) return errno;
  return error;
}

bool begins_record(std::string_view line) {
  return line == "job" || line.starts_with("job ");
}

bool is_skipped(std::string_view line) {
  return line.empty() || line.front() == '#';
}

}  // namespace

File::File(std::string path, log::Sink& sink) : path_(std::move(path)), sink_(sink) {}

void File::close() {
  retry();
  const std::lock_guard guard(mutex_);
  const std::uint64_t lost = spool_.size() + std::exchange(dropped_untold_, 0);
  if (lost == 0) return;
  sink_.write(log::make<log::Id::history_lost>(path_, lost));
  spool_.clear();
  spool_octets_ = 0;
}

// On success `file_` is the file that has the name now, locked.
std::optional<File::Problem> File::lock_current_file() {
  for (int attempt = 0; attempt < max_rotations; ++attempt) {
    if (!file_) {
      auto opened = base::open_regular(path_, O_WRONLY | O_APPEND | O_CREAT);
      if (!opened) return Problem{opened.error()};
      file_ = std::move(*opened);
    }
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      // An importer locks the file that it has renamed; the one under the name may be free.
      if (has_name(file_.get(), path_))
        return Problem{base::error_text(error), error == EWOULDBLOCK};
      file_.reset();
      continue;
    }
    if (has_name(file_.get(), path_)) return std::nullopt;
    file_.reset();
  }
  return Problem{base::error_text(EAGAIN), true};
}

bool File::write(const std::string& record) {
  std::optional<Problem> problem = lock_current_file();
  if (!problem) {
    const int error = write_whole(file_.get(), record);
    ::flock(file_.get(), LOCK_UN);
    if (error == 0) return true;
    problem.emplace(Problem{base::error_text(error)});
  }
  // Importers hold the lock for a moment; only one that keeps it is worth an alarm, see retry().
  if (!problem->locked) alarm(problem->text);
  return false;
}

void File::alarm(const std::string& problem) {
  if (!std::exchange(failing_, true))
    sink_.write(log::make<log::Id::history_unwritable>(path_, problem));
}

void File::all_clear(std::size_t written) {
  if (std::exchange(failing_, false))
    sink_.write(log::make<log::Id::history_recovered>(path_, written));
  if (const std::uint64_t dropped = std::exchange(dropped_untold_, 0))
    sink_.write(log::make<log::Id::history_dropped>(path_, dropped));
}

bool File::flush() {
  while (!spool_.empty()) {
    if (!write(spool_.front())) return false;
    spool_octets_ -= spool_.front().size();
    spool_.pop_front();
  }
  return true;
}

void File::append(std::string record) {
  const std::lock_guard guard(mutex_);
  const std::size_t waited = spool_.size();
  if (flush() && write(record)) return all_clear(waited);
  spool(std::move(record));
}

void File::spool(std::string record) {
  spool_octets_ += record.size();
  spool_.push_back(std::move(record));
  while (spool_octets_ > max_spool) {
    spool_octets_ -= spool_.front().size();
    spool_.pop_front();
    ++dropped_;
    metrics::count(metrics::Id::history_dropped);
    if (dropped_untold_++ == 0) sink_.write(log::make<log::Id::history_full>(path_));
  }
}

void File::retry() {
  const std::lock_guard guard(mutex_);
  const std::size_t waited = spool_.size();
  if (waited == 0) return;
  flush() ? all_clear(waited) : alarm(base::error_text(EWOULDBLOCK));
}

std::size_t File::waiting() const {
  const std::lock_guard guard(mutex_);
  return spool_.size();
}

std::uint64_t File::dropped() const {
  const std::lock_guard guard(mutex_);
  return dropped_;
}

void Reader::reject(Record& record, std::string problem) const {
  if (!record.problem.empty()) return;
  record.line = lines_.number();
  record.problem = std::move(problem);
}

/// Takes the line at which lines_ stands, the `count`th of the record.
void Reader::read_line(Fields& fields, std::size_t count, Record& record) {
  if (count > max_record_lines) return reject(record, "too many lines");
  text_.append(lines_.text()).append(1, '\n');
  if (lines_.is_unfinished()) reject(record, "the file ends within the record");
  if (!record.problem.empty()) return;
  auto problem = fields.read(lines_.text(), lines_.is_cut());
  if (!problem) return;
  if (!problem->of_detail)
    reject(record, std::move(problem->text));
  else if (record.left_out.size() < max_left_out)
    record.left_out.push_back({lines_.number(), std::move(problem->text)});
}

std::optional<Reader::Record> Reader::next() {
  while (!has_line_) {
    if (!lines_.next()) return std::nullopt;
    has_line_ = !is_skipped(lines_.text());
  }
  Record record;
  record.line = lines_.number();
  Fields fields;
  text_.clear();
  std::size_t count = 0;
  if (!begins_record(lines_.text())) reject(record, "no \"job\" line before it");
  do {
    has_line_ = false;
    if (is_skipped(lines_.text())) continue;
    if (count > 0 && begins_record(lines_.text())) {
      has_line_ = true;
      break;
    }
    read_line(fields, ++count, record);
  } while (lines_.next());
  if (record.problem.empty()) record.problem = fields.missing().value_or("");
  if (record.problem.empty())
    record.entry = fields.take();
  else
    record.text = text_;
  return record;
}

}  // namespace dmarc::history
