// One connection of the native engine: a socket, what has come in and not been acted on, what is to
// go out, and the conversation between them.
//
// It never waits. It is in one of five states, each of which says what it lacks; handle() is told
// of an event and returns the state after it. What is done:
//
//            readable  writable  peer_closed  wake     deadline  sweep   turn
//   reading  go on     -         go on        advance  -         expire  -
//   writing  -         go on     go on        advance  advance   expire  -
//   judging  -         -         -            advance  advance   -       -
//   busy     -         -         -            advance  -         -       go on
//   over     -         -         -            -        -         -       -
//
//   go on    sends what is unsent, acts on what has come in and reads more, until it lacks
//            something: that is the next state
//   advance  lets the session act on what the DNS has answered, which may come at any time of a
//            message. When the message that was waited for is judged by that, it goes on; else
//            the state stays
//   expire   over, if the peer has been silent for too long; else the state stays
//   -        nothing, and the state stays. The sockets are edge-triggered, but nothing is lost:
//            what can be read is read when the connection goes on
//
// That the peer has announced the end of what it sends is remembered in every state; the end stands
// behind what has not been read.
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
#include "io/clock.h"
#include "milter/conversation.h"

namespace dmarc::milter {

class NativeConnection {
 public:
  /// What it lacks to go on.
  enum class State {
    reading,  ///< that more comes in
    writing,  ///< that the peer reads its answers; a message may wait for the DNS meanwhile
    judging,  ///< what the DNS owes a message
    busy,     ///< its turn: there is more to read, but others come first
    over,     ///< nothing: it is to be closed
  };

  enum class Event {
    readable,
    writable,
    peer_closed,  ///< the peer has announced the end of what it sends
    wake,         ///< the session can get further
    deadline,     ///< the time for the DNS is up: see deadline()
    sweep,        ///< a look at connections that have been silent for too long
    turn,
  };

  /// `socket` must be non-blocking. `wake` leads to Event::wake. The clock must outlive it.
  NativeConnection(base::UniqueFd socket, bool tcp, const EngineOptions& options, filter::Wake wake,
                   const io::Clock& clock);

  int fd() const { return socket_.get(); }
  State state() const { return state_; }

  /// `buffer` is room to read into, the same for all connections.
  State handle(Event event, std::span<char> buffer);

  /// When a message that waits for the DNS is judged with what there is; nothing without one.
  std::optional<io::Time> deadline() const;

 private:
  enum class Got { full_buffer, part_of_buffer, nothing, end };

  State go_on(std::span<char> buffer);
  State advance(std::span<char> buffer);
  std::optional<State> answer();
  Got read(std::span<char> buffer);
  void take(std::string_view octets);
  bool flush();
  void acknowledge() const;
  bool is_stale() const;

  base::UniqueFd socket_;
  const bool tcp_;
  const io::Clock& clock_;
  bool peer_closed_ = false;
  State state_ = State::reading;
  Conversation conversation_;
  std::string unread_;
  std::string unsent_;
  io::Time last_active_;
};

}  // namespace dmarc::milter
