#include "milter/native_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace dmarc::milter {
namespace {

using std::chrono::seconds;

// How long a connection may stay silent before it has said who it is ...
constexpr seconds greeting_timeout{60};
// ... within a packet, or with answers that it does not read ...
constexpr seconds packet_timeout{300};
// ... and between two events. Postfix has nothing to say while a client sends a long message over a
// slow line; this is libmilter's own default.
constexpr seconds idle_timeout{7210};

// How often one connection reads in its turn: a megabyte with the usual buffer.
constexpr int reads_per_turn = 16;

// Larger buffers are given back when they are empty.
constexpr std::size_t kept_capacity = 1024;

// The table of native_connection.h.
enum class Action { none, go_on, advance, expire };
using enum Action;
constexpr std::size_t state_count = 5, event_count = 7;
constexpr std::array<std::array<Action, event_count>, state_count> actions{{
    // readable, writable, peer_closed, wake, deadline, sweep, turn
    {go_on, none, go_on, advance, none, expire, none},     // reading
    {none, go_on, go_on, advance, advance, expire, none},  // writing
    {none, none, none, advance, advance, none, none},      // judging
    {none, none, none, advance, none, none, go_on},        // busy
    {none, none, none, none, none, none, none},            // over
}};

void consume(std::string& buffer, std::size_t octets) {
  buffer.erase(0, octets);
  if (buffer.empty() && buffer.capacity() > kept_capacity) std::string().swap(buffer);
}

}  // namespace

NativeConnection::NativeConnection(base::UniqueFd socket, bool tcp, const EngineOptions& options,
                                   filter::Wake wake, const io::Clock& clock)
    : socket_(std::move(socket)),
      tcp_(tcp),
      clock_(clock),
      conversation_(options, false, std::move(wake), clock),
      last_active_(clock.now()) {}

NativeConnection::State NativeConnection::handle(Event event, std::span<char> buffer) {
  if (event == Event::peer_closed) peer_closed_ = true;
  switch (actions[static_cast<std::size_t>(state_)][static_cast<std::size_t>(event)]) {
    case Action::go_on:
      state_ = go_on(buffer);
      break;
    case Action::advance:
      state_ = advance(buffer);
      break;
    case Action::expire:
      if (is_stale()) state_ = State::over;
      break;
    case Action::none:
      break;
  }
  return state_;
}

NativeConnection::State NativeConnection::go_on(std::span<char> buffer) {
  last_active_ = clock_.now();
  take({});  // what came in behind a message that waited
  for (int reads = 0; reads < reads_per_turn; ++reads) {
    if (const auto state = answer()) return *state;
    switch (read(buffer)) {
      case Got::full_buffer:
        break;
      case Got::part_of_buffer:
        // That was everything. An end that has been announced stands behind it.
        if (!peer_closed_) return answer().value_or(State::reading);
        break;
      case Got::nothing:
        return State::reading;
      case Got::end:
        return State::over;
    }
  }
  return State::busy;
}

NativeConnection::State NativeConnection::advance(std::span<char> buffer) {
  const bool waited = conversation_.state() == Conversation::State::judging;
  conversation_.advance(unsent_);
  const bool waits = conversation_.state() == Conversation::State::judging;
  return waited && !waits ? go_on(buffer) : state_;
}

std::optional<io::Time> NativeConnection::deadline() const {
  if (conversation_.state() != Conversation::State::judging) return std::nullopt;
  return conversation_.deadline();
}

/// Sends the answers. Nothing when more can be read.
std::optional<NativeConnection::State> NativeConnection::answer() {
  if (!flush()) return State::over;
  if (!unsent_.empty()) return State::writing;
  switch (conversation_.state()) {
    case Conversation::State::closed:
      return State::over;
    case Conversation::State::judging:
      return State::judging;
    case Conversation::State::open:
      break;
  }
  conversation_.settle();
  return std::nullopt;
}

NativeConnection::Got NativeConnection::read(std::span<char> buffer) {
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (got == 0) return Got::end;
  if (got < 0) return errno == EAGAIN ? Got::nothing : Got::end;
  const auto size = static_cast<std::size_t>(got);
  take({buffer.data(), size});
  if (tcp_ && unsent_.empty()) acknowledge();
  return size == buffer.size() ? Got::full_buffer : Got::part_of_buffer;
}

/// Acts on whole packets where they lie; only the start of one is copied.
void NativeConnection::take(std::string_view octets) {
  if (unread_.empty()) {
    conversation_.receive(octets, unsent_);
    unread_ = octets;
    return;
  }
  unread_ += octets;
  std::string_view rest = unread_;
  conversation_.receive(rest, unsent_);
  consume(unread_, unread_.size() - rest.size());
}

/// Sends what the peer takes; false when the connection is broken.
bool NativeConnection::flush() {
  if (unsent_.empty()) return true;
  const ssize_t sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  consume(unsent_, static_cast<std::size_t>(sent));
  return true;
}

// What needs no answer is acknowledged at once: the peer may hold back its next packet for the
// acknowledgement, which the system delays by 40 ms in the hope of an answer to send it with. The
// option has to be set again each time.
void NativeConnection::acknowledge() const {
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

bool NativeConnection::is_stale() const {
  const auto silence = clock_.now() - last_active_;
  if (!conversation_.is_introduced()) return silence > greeting_timeout;
  const bool in_packet = !unread_.empty() || !unsent_.empty();
  return silence > (in_packet ? packet_timeout : idle_timeout);
}

}  // namespace dmarc::milter
