// One query sent to one server, and the wait for its reply, on a socket of its own.
//
// The kernel gives each socket a random port, and passes on only what comes from the server's
// address and port. Messages that are not the reply to the query are counted and ignored.
//
// Threads: belongs to one thread. Nothing blocks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/unique_fd.h"
#include "resolver/message.h"
#include "resolver/servers.h"

namespace dmarc::resolver {

/// What exchanges take from outside. Tests put in its place a network whose servers they play.
class Network {
 public:
  virtual ~Network() = default;

  /// A non-blocking socket that is connected, or connecting, to this server alone; empty, with
  /// errno, when that is impossible.
  virtual base::UniqueFd connect_udp(const ServerAddress& server) = 0;
  virtual base::UniqueFd connect_tcp(const ServerAddress& server) = 0;
  /// For a query; nobody outside can foretell it.
  virtual std::uint16_t query_id() = 0;
};

/// The kernel's sockets and random numbers. Belongs to one thread.
class SystemNetwork final : public Network {
 public:
  base::UniqueFd connect_udp(const ServerAddress& server) override;
  base::UniqueFd connect_tcp(const ServerAddress& server) override;
  std::uint16_t query_id() override;

 private:
  /// Fetched many at a time.
  std::array<std::uint16_t, 128> ids_{};
  std::size_t used_ids_ = ids_.size();
};

class Exchange {
 public:
  enum class State {
    waiting,
    replied,  ///< reply() holds the message
    broken,   ///< the server cannot be reached or closed the connection
  };

  /// Large enough for any message; shared by the exchanges of a thread, because a reply is looked
  /// at before the next one is read.
  using Buffer = std::array<std::uint8_t, 65535>;

  virtual ~Exchange() = default;

  /// Sends the query once more, with the same id from the same port, so that a late reply to either
  /// counts. False when that can't be.
  virtual bool repeat() { return false; }
  /// Goes on when the descriptor is ready; harmless when it is not.
  virtual State proceed(Buffer& buffer) = 0;

  /// Valid until the buffer is used again.
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

/// Sends the query; null, with errno, when that is impossible.
std::unique_ptr<Exchange> exchange_by_udp(base::UniqueFd socket, Octets query);
std::unique_ptr<Exchange> exchange_by_tcp(base::UniqueFd socket, Octets query);

/// True for an errno that says that this process or host has nothing left to send with:
/// descriptors, ports, memory. The server has no part in it.
bool is_want_of_means(int error);

}  // namespace dmarc::resolver
