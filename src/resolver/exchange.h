// One query sent to one server, and the wait for its reply, on a socket of its own.
//
// The kernel gives each socket a random port, and passes on only what comes from the server's
// address and port. Messages that are not the reply to the query are counted and ignored.
//
// Threads: belongs to one thread. Nothing blocks.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "base/unique_fd.h"
#include "resolver/query_message.h"
#include "resolver/socket_address.h"

namespace dmarc::resolver {

class Exchange {
 public:
  enum class State {
    waiting,
    replied,  ///< reply() holds the message
    broken,   ///< the server cannot be reached or closed the connection
  };

  /// Large enough for any message; shared by the exchanges of a thread, because a reply is looked
  /// at before the next one is read.
  using Inbox = std::array<std::uint8_t, 65535>;

  virtual ~Exchange() = default;

  /// Goes on when the descriptor is ready; harmless when it is not.
  virtual State proceed(Inbox& inbox) = 0;

  /// Valid until the inbox is used again.
  OctetView reply() const { return reply_; }
  int descriptor() const { return socket_.get(); }
  /// The events to watch for, as epoll_event has them.
  virtual std::uint32_t events() const = 0;
  /// How many messages were ignored since the last call.
  unsigned take_rejected() { return std::exchange(rejected_, 0); }

 protected:
  Exchange(base::UniqueFd socket, Octets query)
      : socket_(std::move(socket)), query_(std::move(query)) {}

  base::UniqueFd socket_;
  Octets query_;
  OctetView reply_;
  unsigned rejected_ = 0;
};

/// Sends the query; null when that is impossible.
std::unique_ptr<Exchange> exchange_by_udp(const SocketAddress& server, Octets query);
std::unique_ptr<Exchange> exchange_by_tcp(const SocketAddress& server, Octets query);

}  // namespace dmarc::resolver
