// A clock that stands still until the test moves it.
//
//   ManualClock clock;
//   io::EventLoop loop(clock);
//   clock.advance(800ms);
//   loop.poll();              // what is due by now
//
// Threads: any.
#pragma once

#include <atomic>

#include "io/clock.h"

namespace dmarc::test {

class ManualClock final : public io::Clock {
 public:
  explicit ManualClock(io::Time start = io::Time(std::chrono::hours(1))) : now_(start) {}
  io::Time now() const override { return now_; }
  void set(io::Time now) { now_ = now; }
  void advance(io::Time::duration by) { now_ = now_.load() + by; }

 private:
  std::atomic<io::Time> now_;
};

}  // namespace dmarc::test
