#include "tools/socket_spec.h"

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

namespace dmarc::tools {
namespace {

using Expected = tl::expected<SocketSpec, std::string>;

Expected unix_spec(std::string_view path) {
  if (path.empty()) return tl::unexpected<std::string>("the path is missing");
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return tl::unexpected<std::string>("the path is too long for a UNIX socket");
  SocketSpec spec;
  spec.path = path;
  return spec;
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  unsigned value = 0;
  for (const char c : text) {
    if (!base::is_digit(c)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value >= 1 && value <= 65535;
}

std::string_view without_brackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    return host.substr(1, host.size() - 2);
  return host;
}

Expected inet_spec(SocketSpec::Family family, std::string_view rest) {
  std::string_view port = rest;
  std::string_view host;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    port = rest.substr(0, at);
    host = rest.substr(at + 1);
    if (host.empty()) return tl::unexpected<std::string>("the host is missing after \"@\"");
  } else if (const std::size_t colon = rest.rfind(':'); colon != std::string_view::npos) {
    host = rest.substr(0, colon);
    port = rest.substr(colon + 1);
    if (host.empty()) return tl::unexpected<std::string>("the host is missing before \":\"");
    // main.cf knows "inet:" alone, for both families.
    if (family == SocketSpec::Family::ipv4) family = SocketSpec::Family::any_ip;
  }
  if (!is_port(port))
    return tl::unexpected("\"" + base::printable(port) + "\" is no port (1 to 65535)");
  SocketSpec spec;
  spec.family = family;
  spec.port = port;
  spec.host = without_brackets(host);
  if (spec.host.empty()) spec.host = family == SocketSpec::Family::ipv6 ? "::1" : "127.0.0.1";
  return spec;
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

int address_family(SocketSpec::Family family) {
  switch (family) {
    case SocketSpec::Family::ipv4:
      return AF_INET;
    case SocketSpec::Family::ipv6:
      return AF_INET6;
    default:
      return AF_UNSPEC;
  }
}

tl::expected<base::UniqueFd, std::string> connect_inet(const SocketSpec& spec,
                                                       std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_family = address_family(spec.family);
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(spec.host.c_str(), spec.port.c_str(), &hints, &found))
    return tl::unexpected(spec.host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  tl::expected<base::UniqueFd, std::string> result = tl::unexpected<std::string>("no address");
  for (const addrinfo* entry = found; entry != nullptr && !result; entry = entry->ai_next)
    result = connect_address(entry->ai_addr, entry->ai_addrlen, timeout);
  return result;
}

}  // namespace

tl::expected<SocketSpec, std::string> SocketSpec::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return unix_spec(text);
  const std::string_view kind = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (base::iequals(kind, "unix") || base::iequals(kind, "local") || kind.empty())
    return unix_spec(rest);
  if (base::iequals(kind, "inet")) return inet_spec(Family::ipv4, rest);
  if (base::iequals(kind, "inet6")) return inet_spec(Family::ipv6, rest);
  return tl::unexpected("\"" + base::printable(kind) +
                        "\" is no socket type (unix, local, inet, inet6)");
}

tl::expected<base::UniqueFd, std::string> connect_to(const SocketSpec& spec,
                                                     std::chrono::milliseconds timeout) {
  return spec.family == SocketSpec::Family::unix_path ? connect_unix(spec.path, timeout)
                                                      : connect_inet(spec, timeout);
}

}  // namespace dmarc::tools
