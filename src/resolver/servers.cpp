#include "resolver/servers.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/read_file.h"

namespace dmarc::resolver {
namespace {

/// The index of an interface given by name or number; nothing when there is none of that name.
std::optional<std::uint32_t> to_scope(std::string_view text) {
  if (const auto index = base::parse_decimal<std::uint32_t>(text); index && *index > 0)
    return index;
  if (text.size() >= IF_NAMESIZE) return {};
  const unsigned index = ::if_nametoindex(std::string(text).c_str());
  if (index == 0) return {};
  return index;
}

struct Parts {
  std::string_view host, port;
};

/// Splits off a port: after the bracket of an IPv6 address, or after the only colon.
std::optional<Parts> split_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return {};
    const std::string_view host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (host.find(':') == std::string_view::npos) return {};
    if (rest.empty()) return Parts{host, "53"};
    if (rest.front() != ':') return {};
    return Parts{host, rest.substr(1)};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon != text.rfind(':')) return Parts{text, "53"};
  return Parts{text.substr(0, colon), text.substr(colon + 1)};
}

std::string scope_text(std::uint32_t scope) {
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(scope, name.data())) return name.data();
  return std::to_string(scope);
}

}  // namespace

std::optional<ServerAddress> ServerAddress::parse(std::string_view text) {
  const auto parts = split_port(text);
  if (!parts) return {};
  const auto port = base::parse_decimal<std::uint16_t>(parts->port);
  if (!port || *port == 0) return {};

  const std::size_t percent = parts->host.find('%');
  const auto address = base::IpAddress::parse(parts->host.substr(0, percent));
  if (!address) return {};
  ServerAddress server{*address, *port};
  if (percent == std::string_view::npos) return server;

  const auto scope = to_scope(parts->host.substr(percent + 1));
  if (!scope || address->is_v4()) return {};
  server.scope = *scope;
  return server;
}

std::string ServerAddress::text() const {
  std::string host = address.text();
  if (scope != 0) host += '%' + scope_text(scope);
  if (port == 53) return host;
  if (!address.is_v4()) host = '[' + host + ']';
  return host + ':' + std::to_string(port);
}

SocketAddress::SocketAddress(const ServerAddress& server) {
  const auto octets = server.address.octets();
  if (server.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(server.port);
    std::memcpy(&v4.sin_addr, octets.data(), octets.size());
    size = sizeof v4;
    std::memcpy(&storage, &v4, sizeof v4);
    return;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(server.port);
  v6.sin6_scope_id = server.scope;
  std::memcpy(&v6.sin6_addr, octets.data(), octets.size());
  size = sizeof v6;
  std::memcpy(&storage, &v6, sizeof v6);
}

// ---- where they are configured

SystemConfig parse_resolv_conf(std::string_view text) {
  SystemConfig config;
  for (const std::string_view line : base::split(text, '\n')) {
    // resolv.conf(5): the keyword starts the line, so a line that begins with a blank is none.
    if (line.empty() || base::is_space(line.front())) continue;
    const auto parts = base::words(line);
    if (parts.size() < 2) continue;
    if (parts[0] == "nameserver") {
      if (const auto server = ServerAddress::parse(parts[1])) config.servers.push_back(*server);
    } else if (parts[0] == "options") {
      for (const std::string_view option : parts)
        if (option == "trust-ad") config.trust_ad = true;
    }
  }
  if (config.servers.empty()) config.servers.push_back(*ServerAddress::parse("127.0.0.1"));
  return config;
}

SystemConfig read_resolv_conf(const std::string& path) {
  return parse_resolv_conf(base::read_file(path).value_or(""));
}

// ---- which of them is asked first

std::vector<std::size_t> ServerPool::order(Time now) {
  std::vector<std::size_t> best, last;
  best.reserve(servers_.size());
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Server& server = servers_[i];
    if (server.is_in_trouble() && now < server.avoided_until) {
      last.push_back(i);
      continue;
    }
    // This question tries the server again; others wait for what becomes of it.
    if (server.is_in_trouble()) server.avoided_until = now + pause;
    best.push_back(i);
  }
  best.insert(best.end(), last.begin(), last.end());
  return best;
}

void ServerPool::silent(std::size_t server, Time now) {
  ++servers_[server].silences;
  servers_[server].avoided_until = now + pause;
}

void ServerPool::unreachable(std::size_t server, Time now) {
  servers_[server] = {silences_allowed, now + pause};
}

}  // namespace dmarc::resolver
