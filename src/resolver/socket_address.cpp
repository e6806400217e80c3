#include "resolver/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace dmarc::resolver {

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

}  // namespace dmarc::resolver
