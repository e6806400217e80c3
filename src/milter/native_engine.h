// The milter protocol by our own hands: a few threads, each with epoll and any number of
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

#include <memory>
#include <thread>
#include <vector>

#include "io/listener.h"
#include "milter/engine.h"
#include "milter/native_loop.h"

namespace dmarc::milter {

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
  void stop();

  NativeEngineState state_;
  std::vector<std::unique_ptr<NativeLoop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace dmarc::milter
