// One thread of the native engine: takes connections from the listening socket and serves them,
// without ever waiting for anything but epoll.
//
// Each loop waits on the listening socket itself and the kernel wakes one of them for a connection,
// which stays with that loop. Sockets are edge-triggered: a connection that has said why it rests
// (NativeConnection::Rest) costs nothing until its peer, the DNS or the clock does something.
//
// Threads: run() is the thread; stop_accepting() and stop() from any other.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/unique_fd.h"
#include "io/mailbox.h"
#include "milter/engine.h"
#include "milter/native_connection.h"

namespace dmarc::milter {

/// What the loops of one engine share.
struct NativeEngineState {
  EngineOptions options;
  int listener = -1;
  bool tcp = false;
  std::atomic<std::size_t> sockets{0};  ///< also of connections that are being refused
  std::atomic<bool> accepting{true};
  std::atomic<bool> exhaustion_told{false};
};

class NativeLoop {
 public:
  /// `shared` must outlive it. Throws std::system_error when the kernel gives no descriptor.
  explicit NativeLoop(NativeEngineState& shared);

  /// Serves until stop(), then closes what is open.
  void run();
  void stop();
  /// Takes no more connections; returns when none will be taken any more, but for one that is just
  /// being taken.
  void stop_accepting();

 private:
  using Clock = std::chrono::steady_clock;
  using Id = std::uint64_t;

  struct Entry {
    std::unique_ptr<NativeConnection> connection;
    bool judging = false;  ///< has a place in `deadlines_`
    std::multimap<Clock::time_point, Id>::iterator deadline;
  };

  void dispatch(std::uint64_t token, std::uint32_t events);
  void accept_all();
  void add(base::UniqueFd socket);
  void note_exhaustion(const char* what, int error);
  bool is_full() const;
  void pump(Id id, bool peer_closed);
  void note_rest(Id id, Entry& entry, NativeConnection::Rest rest);
  void resume(Id id);
  void forget_deadline(Entry& entry);
  void close(Id id);
  void watch(int operation, int fd, std::uint32_t events, std::uint64_t token) const;
  void act_on_time();
  void sweep();
  int milliseconds_to_wait() const;

  NativeEngineState& shared_;
  base::UniqueFd epoll_;
  std::shared_ptr<io::Mailbox> mailbox_;
  std::atomic<bool> stopping_{false};
  std::unordered_map<Id, Entry> entries_;
  std::multimap<Clock::time_point, Id> deadlines_;  ///< of messages that wait for the DNS
  std::vector<Id> busy_;
  std::vector<char> buffer_;
  Id next_id_;
  Clock::time_point now_;
  Clock::time_point next_sweep_;
  std::optional<Clock::time_point> accept_again_;
};

}  // namespace dmarc::milter
