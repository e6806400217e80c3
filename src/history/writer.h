// The thread that writes the history, so that a disk that hangs holds up no mail.
//
//   Writer writer("/run/opendmarc/opendmarc.dat", sink);
//   auto handover = writer.append(record, wake);
//   ... until `wake` was called, or the caller's patience is over
//   if (!handover->is_done()) writer.give_up();
//   writer.close(2s);
//
// A message is answered when its record is in the file (or waits for the file to become writable),
// so that killing the process loses nothing that was answered. When a record takes longer than its
// message waits, the writer has fallen behind: nobody waits for it any more until all records are
// written; the log tells when that begins and ends.
//
// Limits: max_waiting octets of records; further ones drop the oldest, which are counted; the log
// tells when that begins, and how many they were when it ends or the filter stops.
//
// Ownership: the sink must outlive it. Destruction waits for the disk. Threads: any, but for
// close(), which one calls; create it after fork().
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "history/output.h"
#include "log/event.h"

namespace dmarc::history {

/// A record that was handed over.
class Handover {
 public:
  bool is_done() const { return done_.load(std::memory_order_acquire); }

 private:
  friend class Writer;
  std::atomic<bool> done_{false};
};

class Writer {
 public:
  /// About 50,000 records: a busy hour.
  static constexpr std::size_t max_waiting = 32 * 1024 * 1024;

  Writer(std::string path, log::Sink& sink);
  /// Writes to `output`; `path` is its name in the log.
  Writer(std::string path, std::unique_ptr<Output> output, log::Sink& sink);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// `wake` is called once, from the writer's thread, unless the record is done at once.
  std::shared_ptr<const Handover> append(std::string record, std::function<void()> wake);

  /// A message has waited for its record long enough.
  void give_up();

  /// Returns when everything is written or the time is up; the log tells how many were lost.
  /// Records that come later are lost.
  void close(std::chrono::milliseconds limit);

  const std::string& path() const { return path_; }

 private:
  struct Item {
    std::string record;
    std::shared_ptr<Handover> handover;
    std::function<void()> wake;
  };
  void run();
  void write(Item item);
  void tell_end_of_delay();

  const std::string path_;
  log::Sink& sink_;
  const std::unique_ptr<Output> output_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> waiting_;
  std::size_t waiting_octets_ = 0;
  std::uint64_t dropped_ = 0;       ///< since the last line about it
  std::size_t written_behind_ = 0;  ///< records, since it has fallen behind
  bool behind_ = false;
  bool busy_ = false;  ///< with the record taken last
  bool closing_ = false;
  bool ended_ = false;
  std::thread thread_;  ///< the last member: it uses the others
};

}  // namespace dmarc::history
