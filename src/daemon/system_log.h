// Where log events go: to syslog, or, in the foreground without syslog, to stderr.
//
// On stderr a line begins with the program's name, or, when stderr is the systemd journal, with the
// priority in the form that the journal reads (sd-daemon(3)). In the background without syslog
// nothing is written, as with OpenDMARC.
//
// In the foreground, while nobody listens at /dev/log (containers), lines go to stderr; the first
// one says so, and the socket is tried again every second. In the background they wait for it.
//
// Nothing here ever waits for whoever reads the log: lines that can't leave wait in a bounded queue
// (line_queue.h). When stderr is a file, writing takes as long as the disk does.
//
// Threads: any; SystemLog::configure() while others write.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <span>
#include <string>

#include "daemon/line_queue.h"
#include "daemon/log_channels.h"
#include "log/event.h"

namespace dmarc::daemon {

class SystemLog final : public log::Sink {
 public:
  /// `name` is the program's, shown with each line; `path` is the socket of the log's daemon.
  explicit SystemLog(std::string name, std::string path = "/dev/log");
  SystemLog(const SystemLog&) = delete;
  SystemLog& operator=(const SystemLog&) = delete;

  /// `facility` is a LOG_ value of syslog.h.
  void configure(bool syslog, int facility, bool foreground);
  void write(const log::Event& event) override { write_all({&event, 1}); }
  void write_all(std::span<const log::Event> events) override;
  bool uses_syslog() const { return syslog_; }

  /// Sends what waits, if somebody reads again; looks for the socket that was missing.
  void retry();
  /// For the last time; tells on stderr how many lines are lost.
  void close();

 private:
  using Clock = std::chrono::steady_clock;

  std::string syslog_line(const log::Event& event) const;
  std::string stderr_line(const log::Event& event) const;
  void look_for_socket();
  void note_socket();
  void put_on_stderr(std::span<const log::Event> events);

  const std::string name_;
  std::atomic<int> facility_{0};
  std::atomic<bool> syslog_{false};
  std::atomic<bool> foreground_{false};
  std::mutex mutex_;  ///< of what follows
  SyslogSocket socket_;
  const StandardError stderr_;
  LineQueue syslog_lines_;
  LineQueue stderr_lines_;
  bool missing_ = false;  ///< the socket; it was told
  Clock::time_point looked_;
};

}  // namespace dmarc::daemon
