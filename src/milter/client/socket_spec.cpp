#include "milter/client/socket_spec.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/ascii.h"

namespace dmarc::milter::client {
namespace {

using Kind = io::SocketSpec::Kind;
using Expected = tl::expected<SocketSpec, std::string>;

/// "HOST:PORT" of main.cf, as "PORT@HOST"; nothing for another form.
std::optional<std::string> turned_round(std::string_view rest) {
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.find('@') != std::string_view::npos) return {};
  return std::string(rest.substr(colon + 1)) + "@" + std::string(rest.substr(0, colon));
}

/// main.cf knows "inet:" alone, for both families.
Expected parse_main_cf(const std::string& port_at_host) {
  const bool v6 = port_at_host.find(':') != std::string::npos;
  auto place = io::parse_socket_spec((v6 ? "inet6:" : "inet:") + port_at_host);
  if (!place) return tl::unexpected(place.error());
  return SocketSpec{*std::move(place), !v6};
}

std::string system_error(int number) {
  return std::strerror(number);
}

/// Waits for the end of a connect() that is under way.
std::optional<std::string> await_connection(int socket, std::chrono::milliseconds timeout) {
  pollfd wait{socket, POLLOUT, 0};
  if (::poll(&wait, 1, static_cast<int>(timeout.count())) == 0) return "timed out";
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return system_error(error);
  return std::nullopt;
}

tl::expected<base::UniqueFd, std::string> connect_address(const sockaddr* address, socklen_t size,
                                                          std::chrono::milliseconds timeout) {
  base::UniqueFd socket(
      ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return tl::unexpected(system_error(errno));
  if (address->sa_family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (::connect(socket.get(), address, size) == 0) return socket;
  if (errno != EINPROGRESS) return tl::unexpected(system_error(errno));
  if (const auto problem = await_connection(socket.get(), timeout)) return tl::unexpected(*problem);
  return socket;
}

tl::expected<base::UniqueFd, std::string> connect_unix(const std::string& path,
                                                       std::chrono::milliseconds timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return connect_address(reinterpret_cast<const sockaddr*>(&address), sizeof address, timeout);
}

int address_family(const SocketSpec& spec) {
  if (spec.any_family) return AF_UNSPEC;
  return spec.place.kind == Kind::inet6 ? AF_INET6 : AF_INET;
}

/// What listens on every interface is reached on this machine.
std::string host_of(const SocketSpec& spec) {
  if (!spec.place.host.empty()) return spec.place.host;
  return spec.place.kind == Kind::inet6 ? "::1" : "127.0.0.1";
}

tl::expected<base::UniqueFd, std::string> connect_inet(const SocketSpec& spec,
                                                       std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_family = address_family(spec);
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string host = host_of(spec);
  const std::string port = std::to_string(spec.place.port);
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found))
    return tl::unexpected(host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  tl::expected<base::UniqueFd, std::string> result = tl::unexpected<std::string>("no address");
  for (const addrinfo* entry = found; entry != nullptr && !result; entry = entry->ai_next)
    result = connect_address(entry->ai_addr, entry->ai_addrlen, timeout);
  return result;
}

}  // namespace

tl::expected<SocketSpec, std::string> SocketSpec::parse(std::string_view text) {
  constexpr std::string_view inet = "inet:";
  if (base::iequals(text.substr(0, inet.size()), inet)) {
    if (const auto port_at_host = turned_round(text.substr(inet.size())))
      return parse_main_cf(*port_at_host);
  }
  auto place = io::parse_socket_spec(text);
  if (!place) return tl::unexpected(std::move(place.error()));
  if (place->kind == Kind::descriptor)
    return tl::unexpected(base::printable(text) + ": a descriptor is nothing to connect to");
  return SocketSpec{*std::move(place), false};
}

tl::expected<base::UniqueFd, std::string> connect_to(const SocketSpec& spec,
                                                     std::chrono::milliseconds timeout) {
  return spec.place.kind == Kind::unix_path ? connect_unix(spec.place.path, timeout)
                                            : connect_inet(spec, timeout);
}

}  // namespace dmarc::milter::client
