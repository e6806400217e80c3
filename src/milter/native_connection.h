// One connection of the native engine: a socket, what has come in and not been acted on, what is to
// go out, and the conversation between them.
//
// It never waits: pump() goes on until the peer or the DNS has to do something.
//
// Memory: what is not a whole packet yet (wire::max_packet), and answers that the peer does not
// read; nothing more is read then. Between two messages there is neither.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "milter/conversation.h"

namespace dmarc::milter {

class NativeConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Why pump() returned.
  enum class Rest {
    reading,  ///< nothing more has come in
    writing,  ///< the peer takes no more answers for now
    judging,  ///< a message waits for the DNS
    busy,     ///< there is more to read, but others want their turn
    over,     ///< to be closed
  };

  /// `socket` must be non-blocking.
  NativeConnection(base::UniqueFd socket, bool tcp, const EngineOptions& options, filter::Wake wake,
                   Time now);

  int fd() const { return socket_.get(); }

  /// Goes on as far as possible. `buffer` is room to read into, the same for all connections.
  /// `peer_closed`: the peer has announced the end of what it sends.
  Rest pump(std::span<char> buffer, bool peer_closed, Time now);
  /// A message that waited may be ready.
  void resume() { conversation_.resume(unsent_); }

  /// When a message that waits is judged with what there is.
  Time judgement_deadline() const { return conversation_.deadline(); }
  /// The peer has had nothing to do with us for longer than makes sense.
  bool is_stale(Time now) const;

 private:
  enum class Got { full_buffer, part_of_buffer, nothing, end };

  std::optional<Rest> answer();
  Got read(std::span<char> buffer);
  void take(std::string_view octets);
  bool flush();
  void acknowledge() const;

  base::UniqueFd socket_;
  const bool tcp_;
  Conversation conversation_;
  std::string unread_;
  std::string unsent_;
  bool peer_closed_ = false;
  Time last_active_;
};

}  // namespace dmarc::milter
