// The address of a DNS server: "192.0.2.1", "2001:db8::1", "127.0.0.1:5353", "[::1]:5353".
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"

namespace dmarc::resolver {

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

}  // namespace dmarc::resolver
