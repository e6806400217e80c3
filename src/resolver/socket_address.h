// A server's address in the form of the socket interface.
#pragma once

#include <sys/socket.h>

#include "resolver/server_address.h"

namespace dmarc::resolver {

struct SocketAddress {
  explicit SocketAddress(const ServerAddress& server);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }

  sockaddr_storage storage{};
  socklen_t size = 0;
};

}  // namespace dmarc::resolver
