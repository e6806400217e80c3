// The connection to a filter: milter packets over a socket, with a deadline.
//
//   auto socket = connect_to(*io::parse_socket_to_connect("inet:127.0.0.1:8893"), timeout);
//   Stream stream(std::move(*socket), timeout);
//   stream.queue(wire::packet(wire::Command::helo, data));
//   auto reply = stream.receive();
//
// What is queued is sent with one write when an answer is wanted, as an MTA does, so that the TCP
// segments are those of real traffic.
//
// Threads: one at a time. A host that is a name is looked up with the system's resolver, which does
// not keep to the timeout. Errors are final: after one the stream can't be used any more.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "io/socket_spec.h"
#include "milter/wire.h"

namespace dmarc::milter::client {

namespace wire = milter::wire;

struct Error {
  enum class Kind {
    unreachable,  ///< no connection could be made
    closed,       ///< the filter closed the connection, or it broke
    timeout,      ///< no answer in time
    protocol,     ///< the answer breaks the protocol
  };
  Kind kind;
  std::string text;  ///< one clause, printable
};

/// A connected stream socket, non-blocking. An empty host is this machine. The error is one clause.
tl::expected<base::UniqueFd, std::string> connect_to(const io::SocketSpec& spec,
                                                     std::chrono::milliseconds timeout);

class Stream {
 public:
  /// `socket` must be non-blocking. `timeout` holds for each call.
  Stream(base::UniqueFd socket, std::chrono::milliseconds timeout)
      : socket_(std::move(socket)), timeout_(timeout) {}

  void queue(std::string_view octets) { output_ += octets; }
  tl::expected<void, Error> flush();
  /// Flushes and waits for one packet.
  tl::expected<wire::Packet, Error> receive();
  void close() { socket_.reset(); }
  bool is_open() const { return static_cast<bool>(socket_); }

 private:
  using Clock = std::chrono::steady_clock;
  tl::expected<void, Error> await(short events, Clock::time_point deadline);
  tl::expected<void, Error> read_some(Clock::time_point deadline);

  base::UniqueFd socket_;
  std::chrono::milliseconds timeout_;
  std::string output_;
  wire::PacketBuffer input_;
};

}  // namespace dmarc::milter::client
