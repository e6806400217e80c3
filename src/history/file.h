// The history file: one whole append a record, without ever waiting and without ever refusing
// mail.
//
//   history::File history("/run/opendmarc/opendmarc.dat", sink);
//   history.append(record);
//
// A record is written by one write(2) before its message is answered, so killing the process loses
// nothing that was answered. The lock that OpenDMARC and its importers take is honoured: a file
// that somebody else has locked is not waited for. Rotation is by rename, at any moment: a record
// goes to the file that has the name while the lock is held. When a record can't be written (disk
// full, no permission, locked) it waits in a bounded spool in memory and is written by a later
// append() or retry(), which is to be called every second or so; an alarm is logged when that
// begins and a notice when it ends (of a lock, only when retry() finds it held). When the spool is
// full the oldest records are dropped and counted.
//
// Threads: append() and retry() from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "base/unique_fd.h"
#include "log/event.h"

namespace dmarc::history {

class File {
 public:
  /// About 50,000 records: a busy hour.
  static constexpr std::size_t max_spool = 32 * 1024 * 1024;

  /// `sink` must outlive the object. The file is opened by the first append().
  File(std::string path, log::Sink& sink);
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void append(std::string record);

  /// Writes what waits, if that is possible now. Cheap when nothing waits.
  void retry();

  /// Tries once more to write what waits; logs how many records are lost if that fails.
  void close();

  const std::string& path() const { return path_; }

  std::size_t waiting() const;    ///< records in the spool
  std::uint64_t dropped() const;  ///< records lost because the spool was full

 private:
  bool flush();
  bool write(const std::string& record);
  int lock_current_file();
  void alarm(int error);
  void all_clear(std::size_t written);

  const std::string path_;
  log::Sink& sink_;
  mutable std::mutex mutex_;
  base::UniqueFd file_;
  std::deque<std::string> spool_;
  std::size_t spool_octets_ = 0;
  std::uint64_t dropped_ = 0;
  int failure_ = 0;  ///< errno of the failure that was logged; 0 while all is well
};

}  // namespace dmarc::history
