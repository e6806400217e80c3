// The way to the system's log for those who write often: all lines of a message in one system call,
// where syslog(3) takes three for each and lets one thread write at a time.
//
//   SyslogSocket socket("opendmarc");
//   socket.connect();                              // while /dev/log is in sight
//   if (socket.write(events, LOG_MAIL) < events.size()) ... the rest has to go by syslog(3)
//
// Lines look as those of syslog(3) with LOG_PID. The log's daemon may be started anew at any time:
// then the socket is connected again.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/unique_fd.h"
#include "log/event.h"

struct mmsghdr;

namespace dmarc::daemon {

class SyslogSocket {
 public:
  /// `name` is the program's; `path` is where the log's daemon listens for datagrams.
  explicit SyslogSocket(std::string name, std::string path = "/dev/log");

  /// False when nobody takes datagrams there.
  bool connect() const;

  /// The number of events that were written, from the first. `facility` is a LOG_ value of
  /// syslog.h.
  std::size_t write(std::span<const log::Event> events, int facility) const;

 private:
  std::size_t send(std::span<mmsghdr> messages) const;

  const std::string name_;
  const std::string path_;
  const base::UniqueFd socket_;
};

}  // namespace dmarc::daemon
