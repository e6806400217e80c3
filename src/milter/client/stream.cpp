#include "milter/client/stream.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace dmarc::milter::client {
namespace {

tl::unexpected<Error> failure(Error::Kind kind, std::string text) {
  return tl::unexpected(Error{kind, std::move(text)});
}

tl::unexpected<Error> broken(int error) {
  return failure(Error::Kind::closed, std::string("the connection broke: ") + std::strerror(error));
}

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/// Waits for the end of a connect() that is under way.
std::optional<std::string> await_connection(int socket, std::chrono::milliseconds timeout) {
  pollfd wait{socket, POLLOUT, 0};
  if (::poll(&wait, 1, static_cast<int>(timeout.count())) == 0) return "timed out";
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return std::strerror(error);
  return std::nullopt;
}

tl::expected<base::UniqueFd, std::string> connect_to_address(const sockaddr* address,
                                                             socklen_t size,
                                                             std::chrono::milliseconds timeout) {
  base::UniqueFd socket(
      ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return tl::unexpected<std::string>(std::strerror(errno));
  if (address->sa_family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (::connect(socket.get(), address, size) == 0) return socket;
  if (errno != EINPROGRESS) return tl::unexpected<std::string>(std::strerror(errno));
  if (const auto problem = await_connection(socket.get(), timeout)) return tl::unexpected(*problem);
  return socket;
}

tl::expected<base::UniqueFd, std::string> connect_to_unix(const std::string& path,
                                                          std::chrono::milliseconds timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return connect_to_address(reinterpret_cast<const sockaddr*>(&address), sizeof address, timeout);
}

int address_family(const io::SocketSpec& spec) {
  if (spec.any_family) return AF_UNSPEC;
  return spec.kind == io::SocketSpec::Kind::inet6 ? AF_INET6 : AF_INET;
}

/// What listens on every interface is reached on this machine.
std::string listening_host(const io::SocketSpec& spec) {
  if (!spec.host.empty()) return spec.host;
  return spec.kind == io::SocketSpec::Kind::inet6 ? "::1" : "127.0.0.1";
}

tl::expected<base::UniqueFd, std::string> connect_to_inet(const io::SocketSpec& spec,
                                                          std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_family = address_family(spec);
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string host = listening_host(spec);
  const std::string port = std::to_string(spec.port);
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found))
    return tl::unexpected(host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  tl::expected<base::UniqueFd, std::string> result = tl::unexpected<std::string>("no address");
  for (const addrinfo* entry = found; entry != nullptr && !result; entry = entry->ai_next)
    result = connect_to_address(entry->ai_addr, entry->ai_addrlen, timeout);
  return result;
}

}  // namespace

tl::expected<base::UniqueFd, std::string> connect_to(const io::SocketSpec& spec,
                                                     std::chrono::milliseconds timeout) {
  return spec.kind == io::SocketSpec::Kind::unix_path ? connect_to_unix(spec.path, timeout)
                                                      : connect_to_inet(spec, timeout);
}

tl::expected<void, Error> Stream::await(short events, Clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wait{socket_.get(), events, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::max<long>(left, 0)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return broken(errno);
    if (left <= 0)
      return failure(Error::Kind::timeout,
                     "no answer within " + std::to_string(timeout_.count()) + " ms");
  }
}

tl::expected<void, Error> Stream::flush() {
  const auto deadline = Clock::now() + timeout_;
  std::string_view rest = output_;
  if (!socket_ && !rest.empty()) return failure(Error::Kind::closed, "the connection is closed");
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (!would_block(errno)) {
      return broken(errno);
    } else if (auto ready = await(POLLOUT, deadline); !ready) {
      return ready;
    }
  }
  output_.clear();
  return {};
}

tl::expected<void, Error> Stream::read_some(Clock::time_point deadline) {
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      input_.append({buffer.data(), static_cast<std::size_t>(got)});
      return {};
    }
    if (got == 0) return failure(Error::Kind::closed, "the filter closed the connection");
    if (!would_block(errno)) return broken(errno);
    if (auto ready = await(POLLIN, deadline); !ready) return ready;
  }
}

tl::expected<wire::Packet, Error> Stream::receive() {
  if (!socket_) return failure(Error::Kind::closed, "the connection is closed");
  // An answer may have come before the filter closed its end, so it is read even when the rest of
  // what was to be sent can't be.
  const auto flushed = flush();
  if (!flushed && flushed.error().kind != Error::Kind::closed)
    return tl::unexpected(flushed.error());
  const auto deadline = Clock::now() + timeout_;
  for (;;) {
    auto next = input_.next();
    if (!next)
      return failure(Error::Kind::protocol,
                     "the filter sent " + std::string(describe(next.error())));
    if (*next) return std::move(**next);
    if (auto more = read_some(deadline); !more) return tl::unexpected(more.error());
  }
}

}  // namespace dmarc::milter::client
