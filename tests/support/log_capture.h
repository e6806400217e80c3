// A log sink that keeps what it is given. Threads: any.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "log/event.h"

namespace dmarc::test {

class LogCapture final : public log::Sink {
 public:
  void write(const log::Event& event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
  }

  std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> result;
    for (const log::Event& event : events_)
      result.push_back(event.text());
    return result;
  }

  std::size_t count(log::Id id) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(events_, [&](const log::Event& event) { return event.id() == id; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<log::Event> events_;
};

}  // namespace dmarc::test
