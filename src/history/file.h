// The history file, written and read.
//
//   history::File history("/run/opendmarc/opendmarc.dat", sink);
//   history.append(record);
//
//   history::Reader reader(fd);
//   while (auto record = reader.next()) {
//     if (record->entry) import(*record->entry);
//     else set_aside(record->text, record->line, record->problem);
//   }
//
// Threads: File::append() and retry() from any; a Reader belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "history/entry.h"
#include "history/output.h"
#include "log/event.h"

namespace dmarc::history {

/// One whole append a record, without ever refusing mail. It waits for nothing but the disk, which
/// is why a thread of its own has it (writer.h).
///
/// A record is written by one write(2), so killing the process leaves whole records. The lock that
/// OpenDMARC and its importers take is honoured: a file that somebody else has locked is not waited
/// for. Rotation is by rename, at any moment: a record goes to the file that has the name while the
/// lock is held. Only a regular file is written to (base/regular_file.h). When a record can't be
/// written (disk full, no permission, locked) it waits in a bounded spool in memory and is written
/// by a later append() or retry(), which is to be called every second or so; an alarm is logged
/// when that begins and a notice when it ends (of a lock, only when retry() finds it held). When
/// the spool is full the oldest records are dropped and counted; the log tells when that begins,
/// and at the end of it how many they were.
class File final : public Output {
 public:
  /// About 50,000 records: a busy hour.
  static constexpr std::size_t max_spool = 32 * 1024 * 1024;

  /// `sink` must outlive the object. The file is opened by the first append().
  File(std::string path, log::Sink& sink);
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void append(std::string record) override;

  /// Writes what waits, if that is possible now. Cheap when nothing waits.
  void retry() override;

  /// Tries once more to write what waits; logs how many records are lost if that fails.
  void close() override;

  const std::string& path() const { return path_; }

  std::size_t waiting() const;    ///< records in the spool
  std::uint64_t dropped() const;  ///< records lost because the spool was full

 private:
  /// Why a record could not be written.
  struct Problem {
    std::string text;
    bool locked = false;  ///< by somebody else
  };

  bool flush();
  bool write(const std::string& record);
  std::optional<Problem> lock_current_file();
  void spool(std::string record);
  void alarm(const std::string& problem);
  void all_clear(std::size_t written);

  const std::string path_;
  log::Sink& sink_;
  mutable std::mutex mutex_;
  base::UniqueFd file_;
  std::deque<std::string> spool_;
  std::size_t spool_octets_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_untold_ = 0;  ///< of these, since the spool became full
  bool failing_ = false;              ///< a failure was logged
};

class Fields;

/// Reads our files, and OpenDMARC's of both generations (1.4.2 had no spf_scope and no fo).
///
/// A record begins with its "job" line and ends where the next one begins. A record without what a
/// report needs (who, when, from where, which policy) is returned as it stands, with the line and
/// the reason, and reading goes on behind it. A detail that can't be read, such as a selector or a
/// URI, is left out and told of: the record counts without it. Empty lines, lines that begin with
/// "#" and lines with a key that is not known are skipped.
///
/// The descriptor stays the caller's. Limits: max_record_lines lines of a record; max_signatures
/// signatures are kept, the rest counted; max_left_out details are told of.
class Reader {
 public:
  /// RFC 9990 section 3.1.1.10 "DKIM Signatures in Aggregate Reports" asks for no more in a row.
  static constexpr std::size_t max_signatures = 100;
  static constexpr std::size_t max_record_lines = 1000;
  static constexpr std::size_t max_left_out = 10;

  /// What is wrong with a line: one clause in printable ASCII.
  struct Remark {
    std::uint64_t line = 0;
    std::string text;
  };

  struct Record {
    std::optional<Entry> entry;
    std::uint64_t line = 0;        ///< where it begins; of a problem, the line that is wrong
    std::string problem;           ///< one clause in printable ASCII
    std::string text;              ///< all its lines, when there is no entry
    std::vector<Remark> left_out;  ///< details that the entry is without
  };

  explicit Reader(int fd) : lines_(fd) {}

  /// Nothing at the end of the file, or when reading failed.
  std::optional<Record> next();

  std::uint64_t offset() const { return lines_.offset(); }  ///< octets read so far
  int error() const { return lines_.error(); }              ///< errno of a failed read, or 0

 private:
  void reject(Record& record, std::string problem) const;
  void read_line(Fields& fields, std::size_t count, Record& record);

  base::LineReader lines_;
  std::string text_;       ///< of the record that is being read
  bool has_line_ = false;  ///< lines_ stands at the "job" line of the next record
};

}  // namespace dmarc::history
