// The clock of an event loop and of what is built on it: never set back, of no date.
//
// The program has steady_clock(); a test brings one that it moves itself, so that an hour passes at
// once and in the same way each time.
//
// Threads: now() from any.
#pragma once

#include <chrono>

namespace dmarc::io {

using Time = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual Time now() const = 0;

 protected:
  ~Clock() = default;
};

/// The system's monotonic clock.
const Clock& steady_clock();

}  // namespace dmarc::io
