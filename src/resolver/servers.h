// The DNS servers: their addresses, where they are configured, and which of them is asked first.
//
//   const SystemConfig system = read_resolv_conf();
//   ServerPool pool(system.servers.size());
//   for (const std::size_t server : pool.order(now)) ... system.servers[server]
//
// Threads: values and pure functions, but for ServerPool, which belongs to one thread.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/ip_address.h>

namespace dmarc::resolver {

/// "192.0.2.1", "2001:db8::1", "127.0.0.1:5353", "[::1]:5353".
struct ServerAddress {
  base::IpAddress address;
  std::uint16_t port = 53;
  std::uint32_t scope = 0;  ///< interface index of a link-local IPv6 address ("fe80::1%eth0")

  /// Nothing when the text is not of the form above. Names are not accepted.
  static std::optional<ServerAddress> parse(std::string_view text);
  std::string text() const;

  friend bool operator==(const ServerAddress&, const ServerAddress&) = default;
};

/// The same in the form of the socket interface.
struct SocketAddress {
  explicit SocketAddress(const ServerAddress& server);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }

  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// What /etc/resolv.conf says.
struct SystemConfig {
  std::vector<ServerAddress>
      servers;            ///< never empty: 127.0.0.1 when the file names none (resolv.conf(5))
  bool trust_ad = false;  ///< "options trust-ad"
};

/// Lines that are not understood are ignored, as the C library does.
SystemConfig parse_resolv_conf(std::string_view text);

/// Reads the file; one that is missing or unreadable counts as empty.
SystemConfig read_resolv_conf(const std::string& path = "/etc/resolv.conf");

/// The order in which servers are asked: as configured, but those that do not answer last. A server
/// that left several questions in a row without answer, or that cannot be reached, is put last for
/// a while; then one question tries it again. The clock is given with each call.
class ServerPool {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A single late answer says more about the name asked for than about the server.
  static constexpr unsigned silences_allowed = 3;
  /// Between two attempts to use a server that does not answer.
  static constexpr std::chrono::seconds pause{10};

  explicit ServerPool(std::size_t count) : servers_(count) {}

  /// Every server's index, the best first.
  std::vector<std::size_t> order(Time now);

  void answered(std::size_t server) { servers_[server] = {}; }
  void silent(std::size_t server, Time now);
  void unreachable(std::size_t server, Time now);

 private:
  struct Server {
    unsigned silences = 0;
    Time avoided_until{};
    bool is_in_trouble() const { return silences >= silences_allowed; }
  };

  std::vector<Server> servers_;
};

}  // namespace dmarc::resolver
