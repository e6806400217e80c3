// Where log events go: to syslog, or, in the foreground without syslog, to stderr.
//
// On stderr a line begins with the program's name, or, when stderr is the systemd journal, with the
// priority in the form that the journal reads (sd-daemon(3)). In the background without syslog
// nothing is written, as OpenDMARC does it.
//
// Threads: write() from any; configure() while others write.
#pragma once

#include <atomic>
#include <span>
#include <string>

#include "daemon/syslog_socket.h"
#include "log/event.h"

namespace dmarc::daemon {

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
