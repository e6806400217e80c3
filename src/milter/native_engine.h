// The milter protocol without libmilter: a few threads, each with an event loop and any number of
// connections.
//
//   NativeEngine engine(listener, options);
//   ...
//   engine.stop_accepting();   // before the listener is stopped
//
// Packets are read many at a time and acted on where they lie; all answers to one read leave in one
// write; a message that waits for the DNS takes no thread. docs/milter-protocol.md describes the
// protocol as it is spoken here.
//
// Errors: the constructor throws std::system_error when the kernel gives no descriptor or thread.
//
// Ownership: the listener and what the options point to must outlive it. Destruction closes every
// connection. Threads: construct it after fork(); stop_accepting() from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "io/event_loop.h"
#include "io/listener.h"
#include "milter/engine_options.h"
#include "milter/native_connection.h"

namespace dmarc::milter {

/// One thread's part of the engine: takes connections from the listening socket and serves them on
/// an event loop.
///
/// Each worker waits on the listening socket itself and the kernel wakes one of them for a
/// connection, which stays with that worker. Sockets are edge-triggered: a connection costs nothing
/// until one of its events comes (NativeConnection::Event).
class NativeWorker final : public io::EventHandler {
 public:
  /// What the workers of one engine share.
  struct Shared {
    EngineOptions options;
    int listener = -1;
    bool tcp = false;
    std::atomic<std::size_t> sockets{0};  ///< also of connections that are being refused
    std::mutex listening;                 ///< held while a worker begins to watch the listener
    std::atomic<bool> accepting{true};
    std::atomic<bool> exhaustion_told{false};
  };

  /// Both must outlive it; the loop is its own. Throws std::system_error when the listener can't be
  /// watched.
  NativeWorker(Shared& shared, io::EventLoop& loop);
  ~NativeWorker();

  /// From any thread, after `accepting` was set to false: when it returns, no connection is taken
  /// any more but for one that is just being taken.
  void stop_accepting() { loop_.unwatch(shared_.listener); }

 private:
  using Id = io::Token;

  struct Served {
    Served(NativeWorker& worker, base::UniqueFd socket, Id id);
    NativeConnection connection;
    io::Timer deadline;
  };

  void ready(io::Token token, std::uint32_t events) override;
  void expired(io::Token token) override;
  void woken(io::Token token) override { handle(token, NativeConnection::Event::wake); }
  void turn(io::Token token) override { handle(token, NativeConnection::Event::turn); }

  std::error_code listen();
  void accept_all();
  void add(base::UniqueFd socket);
  void pause_accepting(const char* what, int error);
  bool is_full() const;
  void handle(Id id, NativeConnection::Event event);
  bool prepare(Id id, Served& served, NativeConnection::State before,
               NativeConnection::Event event);
  void close(Id id);
  void sweep();

  Shared& shared_;
  io::EventLoop& loop_;
  const io::EventLoop::HandlerId handler_;
  std::unordered_map<Id, Served> served_;
  std::vector<char> buffer_;
  Id next_id_;
  io::Timer sweep_, accept_again_;
};

class NativeEngine {
 public:
  /// As many threads as there are processors, within reason.
  static unsigned usual_threads();

  NativeEngine(const io::Listener& listener, EngineOptions options,
               unsigned threads = usual_threads());
  ~NativeEngine();
  NativeEngine(const NativeEngine&) = delete;
  NativeEngine& operator=(const NativeEngine&) = delete;

  /// No connection is taken any more; those that there are go on.
  void stop_accepting();

 private:
  struct Thread {
    explicit Thread(NativeWorker::Shared& shared) : worker(shared, loop) {}
    io::EventLoop loop;
    NativeWorker worker;
    std::thread thread;
  };

  void stop();

  NativeWorker::Shared shared_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace dmarc::milter
