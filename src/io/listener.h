// The socket on which the MTA's connections arrive.
//
//   auto listener = Listener::open(*parse_socket_spec("inet:8893@127.0.0.1"));
//   if (!listener) ... listener.error() is one line
//   accept4(listener->fd(), ...)
//
// Made here and not by libmilter, so that connections of a TCP socket carry TCP_NODELAY, a UNIX
// socket whose owner died is replaced and a living one is not, and systemd may hold the socket over
// a restart. The mode of a UNIX socket is set by umask.
//
// Ownership: the object owns descriptor and file; stop() gives both up. Threads: one at a time.
#pragma once

#include <sys/stat.h>
#include <tl/expected.hpp>

#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "io/socket_spec.h"

namespace dmarc::io {

class Listener {
 public:
  /// Binds and listens. The error is one clause, for example "socket cleanup failed: Address
  /// already in use".
  static tl::expected<Listener, std::string> open(const SocketSpec& spec);

  /// Takes a listening stream socket that was inherited.
  static tl::expected<Listener, std::string> adopt(int descriptor);

  int fd() const { return fd_.get(); }

  /// Of a UNIX socket's file; empty when there is none, or not of our own.
  std::string path() const { return file_ ? file_->path : ""; }

  /// True when connections suffer from delayed acknowledgements.
  bool is_tcp() const { return tcp_; }

  /// True when another process holds the socket as well, so that connections can wait there.
  bool is_inherited() const { return inherited_; }

  /// From now on no connection arrives at fd(), which stays open and silent. What waits in the
  /// queue of an inherited socket is left to the next process; a socket of our own is closed and
  /// its file removed. Safe while another thread polls fd().
  void stop();

 private:
  struct File {
    std::string path;
    dev_t device;
    ino_t inode;
  };

  Listener(base::UniqueFd fd, bool tcp) : fd_(std::move(fd)), tcp_(tcp) {}
  static tl::expected<Listener, std::string> open_unix(const std::string& path);
  static tl::expected<Listener, std::string> open_inet(const SocketSpec& spec);
  tl::expected<Listener, std::string> listen() &&;

  base::UniqueFd fd_;
  bool tcp_ = false;
  bool inherited_ = false;
  std::optional<File> file_;
};

/// The first socket that systemd passed to this process (sd_listen_fds(3)); nothing when there is
/// none. The variables that say so are removed from the environment. Call it before threads exist.
std::optional<int> socket_from_systemd();

}  // namespace dmarc::io
