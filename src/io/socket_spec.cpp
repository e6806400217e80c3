#include "io/socket_spec.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include <dmarc/ip_address.h>

#include "base/ascii.h"

namespace dmarc::io {
namespace {

using Kind = SocketSpec::Kind;
using Parsed = tl::expected<SocketSpec, std::string>;

// One octet of sun_path is for the NUL at its end.
constexpr std::size_t max_path = sizeof(sockaddr_un::sun_path) - 1;

tl::unexpected<std::string> wrong(std::string reason) {
  return tl::unexpected(std::move(reason));
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, base::is_digit);
}

std::optional<unsigned> number(std::string_view digits) {
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

tl::expected<std::uint16_t, std::string> parse_port(std::string_view text) {
  if (text.empty()) return wrong("a port is missing: the form is inet:PORT@HOST");
  if (base::is_digit(text.front())) {
    if (!all_digits(text)) return wrong("the port is not a number: the form is inet:PORT@HOST");
    const std::optional<unsigned> value = number(text);
    if (!value || *value < 1 || *value > std::numeric_limits<std::uint16_t>::max()) {
      return wrong("port must be 1 to 65535");
    }
    return static_cast<std::uint16_t>(*value);
  }
  const servent* const service = getservbyname(std::string(text).c_str(), "tcp");
  if (service == nullptr) return wrong("there is no TCP service of that name");
  return ntohs(static_cast<std::uint16_t>(service->s_port));
}

tl::expected<std::string, std::string> parse_host(std::string_view text, Kind kind) {
  if (text.empty()) return wrong("a host is missing after \"@\"");
  const bool bracketed = text.front() == '[';
  if (bracketed) {
    if (text.back() != ']') return wrong("\"]\" is missing");
    text = text.substr(1, text.size() - 2);
  }
  const auto address = base::IpAddress::parse(text);
  if (bracketed && !address) return wrong("the text in brackets is not an address");
  if (address && address->is_v4() != (kind == Kind::inet)) {
    return wrong(address->is_v4() ? "an IPv4 address needs inet:" : "an IPv6 address needs inet6:");
  }
  return std::string(text);
}

Parsed parse_inet(std::string_view rest, Kind kind) {
  SocketSpec spec;
  spec.kind = kind;
  const std::size_t at = rest.find('@');
  const auto port = parse_port(rest.substr(0, at));
  if (!port) return wrong(port.error());
  spec.port = *port;
  if (at == std::string_view::npos) return spec;
  auto host = parse_host(rest.substr(at + 1), kind);
  if (!host) return wrong(host.error());
  spec.host = std::move(*host);
  return spec;
}

Parsed parse_path(std::string_view path) {
  if (path.empty()) return wrong("a path is missing");
  if (path.size() > max_path) {
    return wrong("the path of a UNIX socket may have " + std::to_string(max_path) +
                 " octets, this one has " + std::to_string(path.size()));
  }
  if (path.find('\0') != std::string_view::npos) return wrong("the path holds a NUL");
  SocketSpec spec;
  spec.path = path;
  return spec;
}

Parsed parse_descriptor(std::string_view text) {
  SocketSpec spec;
  spec.kind = Kind::descriptor;
  const std::optional<unsigned> value = all_digits(text) ? number(text) : std::nullopt;
  if (!value || *value > static_cast<unsigned>(std::numeric_limits<int>::max())) {
    return wrong("a descriptor number is needed");
  }
  spec.descriptor = static_cast<int>(*value);
  return spec;
}

Parsed parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.front() == '/') {
    // A forgotten "inet:" would become a UNIX socket of that name in the working directory.
    const std::string_view before_at = text.substr(0, text.find('@'));
    if (all_digits(before_at)) return wrong("\"inet:\" is missing in front of the port");
    return parse_path(text);
  }
  const std::string_view prefix = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (prefix.empty() || base::iequals(prefix, "unix") || base::iequals(prefix, "local")) {
    return parse_path(rest);
  }
  if (base::iequals(prefix, "inet")) return parse_inet(rest, Kind::inet);
  if (base::iequals(prefix, "inet6")) return parse_inet(rest, Kind::inet6);
  if (base::iequals(prefix, "fd")) return parse_descriptor(rest);
  return wrong("unknown socket type; known are inet, inet6, unix, local and fd");
}

/// "HOST:PORT" of main.cf, as "PORT@HOST"; nothing for another form.
std::optional<std::string> turned_round(std::string_view rest) {
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.find('@') != std::string_view::npos) return {};
  return std::string(rest.substr(colon + 1)) + "@" + std::string(rest.substr(0, colon));
}

/// main.cf knows "inet:" alone, for both families.
Parsed parse_main_cf(const std::string& port_at_host) {
  const bool v6 = port_at_host.find(':') != std::string::npos;
  auto spec = parse_socket_spec((v6 ? "inet6:" : "inet:") + port_at_host);
  if (spec) spec->any_family = !v6;
  return spec;
}

}  // namespace

Parsed parse_socket_spec(std::string_view text) {
  if (text.empty()) return wrong("the socket is empty");
  return parse(text).map_error(
      [&](const std::string& reason) { return base::printable(text) + ": " + reason; });
}

Parsed parse_socket_to_connect(std::string_view text) {
  constexpr std::string_view inet = "inet:";
  if (base::iequals(text.substr(0, inet.size()), inet)) {
    if (const auto port_at_host = turned_round(text.substr(inet.size())))
      return parse_main_cf(*port_at_host);
  }
  auto spec = parse_socket_spec(text);
  if (spec && spec->kind == Kind::descriptor)
    return wrong(base::printable(text) + ": a descriptor is nothing to connect to");
  return spec;
}

}  // namespace dmarc::io
