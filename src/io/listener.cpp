#include "io/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace dmarc::io {
namespace {

using Opened = tl::expected<Listener, std::string>;

// The first descriptor that systemd passes: SD_LISTEN_FDS_START.
constexpr int first_passed_descriptor = 3;

tl::unexpected<std::string> failure(std::string_view what, int error) {
  return tl::unexpected(std::string(what) + ": " + std::strerror(error));
}

bool set_option(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

int get_option(int fd, int option) {
  int value = 0;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

base::UniqueFd make_socket(int family) {
  return base::UniqueFd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy_n(path.data(), std::min(path.size(), sizeof address.sun_path - 1), address.sun_path);
  return address;
}

// Removes a socket file that nobody listens on any more. The error is an errno.
tl::expected<void, int> remove_stale_socket(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return tl::unexpected(errno);
  }
  // connect() refuses for any other file too, and that one is not ours to remove.
  if (!S_ISSOCK(status.st_mode)) return tl::unexpected(EEXIST);
  const base::UniqueFd probe = make_socket(AF_UNIX);
  const sockaddr_un address = unix_address(path);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno == EAGAIN) {
    return tl::unexpected(EADDRINUSE);
  }
  if (errno == ENOENT) return {};
  if (errno != ECONNREFUSED) return tl::unexpected(errno);
  if (::unlink(path.c_str()) != 0) return tl::unexpected(errno);
  return {};
}

}  // namespace

Opened Listener::open(const SocketSpec& spec) {
  switch (spec.kind) {
    case SocketSpec::Kind::unix_path:
      return open_unix(spec.path);
    case SocketSpec::Kind::inet:
    case SocketSpec::Kind::inet6:
      return open_inet(spec);
    case SocketSpec::Kind::descriptor:
      break;
  }
  return adopt(spec.descriptor);
}

Opened Listener::open_unix(const std::string& path) {
  if (const auto removed = remove_stale_socket(path); !removed) {
    return failure("socket cleanup failed", removed.error());
  }
  base::UniqueFd fd = make_socket(AF_UNIX);
  const sockaddr_un address = unix_address(path);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failure("can't bind to " + path, errno);
  }
  Listener listener(std::move(fd), false);
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    listener.file_ = File{path, status.st_dev, status.st_ino};
  }
  return std::move(listener).listen();
}

Opened Listener::open_inet(const SocketSpec& spec) {
  const bool v6 = spec.kind == SocketSpec::Kind::inet6;
  addrinfo hints{};
  hints.ai_family = v6 ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(spec.port);
  const int status =
      ::getaddrinfo(spec.host.empty() ? nullptr : spec.host.c_str(), port.c_str(), &hints, &found);
  if (status != 0) return tl::unexpected(spec.host + ": " + ::gai_strerror(status));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);

  base::UniqueFd fd = make_socket(hints.ai_family);
  if (!fd) return failure("can't make a socket", errno);
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // "inet6:8893" means every interface, for IPv4 clients as well, whatever the system's default.
  if (v6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, spec.host.empty() ? 0 : 1);
  if (::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0) {
    return failure("can't bind to port " + port, errno);
  }
  return Listener(std::move(fd), true).listen();
}

Opened Listener::adopt(int descriptor) {
  base::UniqueFd fd(descriptor);
  const std::string name = "descriptor " + std::to_string(descriptor);
  if (get_option(descriptor, SO_TYPE) != SOCK_STREAM ||
      get_option(descriptor, SO_ACCEPTCONN) != 1) {
    fd.release();
    return tl::unexpected(name + " is not a listening stream socket");
  }
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  const int domain = get_option(descriptor, SO_DOMAIN);
  Listener listener(std::move(fd), domain == AF_INET || domain == AF_INET6);
  listener.inherited_ = true;
  return std::move(listener).listen();
}

Opened Listener::listen() && {
  // Accepted connections inherit it. Without it every reply that is sent in two pieces waits for
  // the acknowledgement of the first, which the MTA's side delays by 40 ms.
  if (tcp_) set_option(fd_.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  // They inherit this too: an MTA's machine that has vanished is noticed one day.
  if (tcp_) set_option(fd_.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  if (::listen(fd_.get(), SOMAXCONN) != 0) return failure("can't listen", errno);
  return std::move(*this);
}

void Listener::stop() {
  if (file_) {
    struct stat status {};
    const bool ours = ::lstat(file_->path.c_str(), &status) == 0 &&
                      status.st_dev == file_->device && status.st_ino == file_->inode;
    if (ours) ::unlink(file_->path.c_str());
    file_.reset();
  }
  // A socket with a name that nobody can know takes the descriptor's place, so that whoever polls
  // the descriptor waits forever instead of failing.
  const base::UniqueFd silent = make_socket(AF_UNIX);
  const sockaddr_un unnamed{AF_UNIX, {}};
  ::bind(silent.get(), reinterpret_cast<const sockaddr*>(&unnamed), sizeof unnamed.sun_family);
  ::listen(silent.get(), 1);
  ::dup3(silent.get(), fd_.get(), O_CLOEXEC);
}

std::optional<int> socket_from_systemd() {
  const char* const pid = std::getenv("LISTEN_PID");
  const char* const count = std::getenv("LISTEN_FDS");
  const bool for_us = pid != nullptr && count != nullptr && pid == std::to_string(::getpid()) &&
                      std::string_view(count) != "0";
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  if (!for_us) return std::nullopt;
  return first_passed_descriptor;
}

}  // namespace dmarc::io
