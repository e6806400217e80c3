// Signals as something to wait for: the main thread asks what is wanted of it.
//
//   Signals signals;               // first of all, before any thread exists
//   switch (signals.wait(timeout)) { ... }
//
// TERM and INT ask for the end, HUP and USR1 for a reload; PIPE is ignored. No handler ever runs.
//
// Threads: wait() from one; engine_ended() from any.
#pragma once

#include <chrono>
#include <optional>

#include "base/unique_fd.h"

namespace dmarc::daemon {

enum class Wish { stop, reload, engine_ended };

class Signals {
 public:
  /// Blocks the signals in this thread and in all that it starts. Throws std::system_error.
  Signals();

  /// What is wanted next; nothing when `timeout` passes. Without one it waits for ever.
  std::optional<Wish> wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// Makes wait() return Wish::engine_ended.
  void engine_ended();

 private:
  base::UniqueFd signals_;
  base::UniqueFd ended_;
};

}  // namespace dmarc::daemon
