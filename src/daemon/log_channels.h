// Where log lines leave the process. Neither ever waits for whoever reads them.
//
//   SyslogSocket socket;
//   if (socket.connect()) sent = socket.send(lines);
//   StandardError error;
//   sent = error.send(lines);
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/unique_fd.h"

namespace dmarc::daemon {

/// The system's log for those who write often: all lines of a message in one system call, where
/// syslog(3) takes three for each line and may wait. After a restart of the log's daemon the socket
/// is connected again.
class SyslogSocket {
 public:
  /// `path` is where the log's daemon listens, for datagrams or for streams.
  explicit SyslogSocket(std::string path = "/dev/log") : path_(std::move(path)) {}

  /// False when nobody listens there.
  bool connect();
  bool is_connected() const { return static_cast<bool>(socket_); }
  /// Why connect() failed: an errno value.
  int error() const { return error_; }
  const std::string& path() const { return path_; }

  /// How many lines went, from the first. The socket is given up when nobody listens any more.
  std::size_t send(std::span<const std::string> lines);

 private:
  bool connect(int type);
  std::size_t send_datagrams(std::span<const std::string> lines);
  std::size_t send_stream(std::span<const std::string> lines);

  const std::string path_;
  base::UniqueFd socket_;
  bool stream_ = false;
  int error_ = 0;
};

/// Standard error as it is when the object is made.
class StandardError {
 public:
  StandardError();

  /// True when the systemd journal reads it (systemd.exec(5), JOURNAL_STREAM).
  bool is_journal() const { return journal_; }

  /// How many lines went, from the first; each ends with LF.
  std::size_t send(std::span<const std::string> lines) const;

 private:
  bool journal_ = false;
  bool socket_ = false;
  base::UniqueFd own_;  ///< opened anew, so that nobody else's descriptor is made non-blocking
};

}  // namespace dmarc::daemon
