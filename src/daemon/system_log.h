// Where log events go: to syslog, or, in the foreground without syslog, to stderr.
//
// On stderr a line begins with the program's name, or, when stderr is the systemd journal, with the
// priority in the form that the journal reads (sd-daemon(3)). In the background without syslog
// nothing is written, as with OpenDMARC.
//
// Threads: any; SystemLog::configure() while others write.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <string>

#include "base/unique_fd.h"
#include "log/event.h"

struct mmsghdr;

namespace dmarc::daemon {

/// The system's log for those who write often: all lines of a message in one system call, where
/// syslog(3) takes three for each line and lets one thread write at a time. Lines look like those
/// of syslog(3) with LOG_PID. After a restart of the log's daemon the socket is connected again.
///
///   SyslogSocket socket("opendmarc");
///   socket.connect();                              // while /dev/log is in sight
///   if (socket.write(events, LOG_MAIL) < events.size()) ... the rest has to go by syslog(3)
class SyslogSocket {
 public:
  /// `name` is the program's; `path` is where the log's daemon listens for datagrams.
  explicit SyslogSocket(std::string name, std::string path = "/dev/log");

  /// False when nobody takes datagrams there.
  bool connect() const;

  /// How many events were written, from the first. `facility` is a LOG_ value of syslog.h.
  std::size_t write(std::span<const log::Event> events, int facility) const;

 private:
  std::size_t send(std::span<mmsghdr> messages) const;

  const std::string name_;
  const std::string path_;
  const base::UniqueFd socket_;
};

class SystemLog final : public log::Sink {
 public:
  /// `name` is the program's, shown with each line.
  explicit SystemLog(std::string name);
  SystemLog(const SystemLog&) = delete;
  SystemLog& operator=(const SystemLog&) = delete;
  ~SystemLog() override;

  /// `facility` is a LOG_ value of syslog.h.
  void configure(bool syslog, int facility, bool foreground);
  void write(const log::Event& event) override { write_all({&event, 1}); }
  void write_all(std::span<const log::Event> events) override;
  bool uses_syslog() const { return syslog_; }

 private:
  void write_to_syslog(std::span<const log::Event> events) const;
  void write_to_stderr(const log::Event& event) const;

  const std::string name_;
  const bool journal_;
  const SyslogSocket socket_;
  std::atomic<int> facility_{0};
  std::atomic<bool> syslog_{false};
  std::atomic<bool> stderr_{false};
};

}  // namespace dmarc::daemon
