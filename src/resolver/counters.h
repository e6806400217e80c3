// The counters behind StubStatistics, counted from any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace dmarc::resolver {

struct Counters {
  using Counter = std::atomic<std::uint64_t>;

  static void count(Counter& counter, std::uint64_t by = 1) {
    counter.fetch_add(by, std::memory_order_relaxed);
  }

  Counter questions = 0, cache_hits = 0, shared = 0, sent_udp = 0, sent_tcp = 0, timeouts = 0,
          rejected = 0, stale_served = 0;
};

}  // namespace dmarc::resolver
