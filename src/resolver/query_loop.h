// The questions under way: their exchanges with servers, timers, one epoll descriptor.
//
// start() begins a question; run_once() waits for whatever comes first and goes on; `finished` is
// called with the answer of each question that was started, from within start() or run_once().
//
// A question that gets no reply is asked again while the exchange before it stays open, so that a
// late reply still counts; no more than two exchanges of a question are open at a time.
//
// Threads: belongs to one thread, but wake() may be called from any.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/unique_fd.h"
#include "resolver/counters.h"
#include "resolver/exchange.h"
#include "resolver/query_plan.h"
#include "resolver/random_ids.h"
#include "resolver/server_pool.h"
#include "resolver/stub_resolver.h"

namespace dmarc::resolver {

class QueryLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using Finished = std::function<void(const dns::Question&, dns::Answer)>;

  /// Descriptors that one question can hold.
  static constexpr std::size_t max_exchanges = 2;

  /// Throws std::system_error when the kernel gives no descriptors. `options` and `counters` must
  /// outlive the loop.
  QueryLoop(const StubOptions& options, Counters& counters, Finished finished);

  /// Asks; the answer is a failure when there is none after `patience`.
  void start(const dns::Question& question, std::chrono::milliseconds patience);

  /// Waits for replies, for the next timer or for wake(), and handles what there is.
  void run_once();

  /// Makes run_once() return.
  void wake();

 private:
  /// Identifies a flight; never used twice.
  using Number = std::uint64_t;

  struct Attempt {
    std::unique_ptr<Exchange> exchange;
    Ask ask{};
  };

  struct Flight {
    dns::Question question;
    QueryPlan plan;
    std::array<Attempt, max_exchanges> attempts{};
    std::size_t latest = 0;  ///< index of the attempt made last
    Clock::time_point deadline{}, timer{};
  };

  void perform(Number number, Flight& flight, Step step);
  bool open(Number number, Flight& flight, Ask ask);
  void set_timer(Number number, Flight& flight, Clock::time_point when);
  void handle_event(std::uint64_t tag);
  void handle_reply(Number number, Flight& flight, const Attempt& attempt);
  void run_timers();
  void run_timer(Number number, Flight& flight, Clock::time_point now);
  void finish(Number number, Flight& flight, dns::Answer answer);
  int milliseconds_to_next_timer() const;
  bool believes_ad(std::size_t server) const;

  const StubOptions& options_;
  const std::chrono::milliseconds retry_after_;
  Counters& counters_;
  const Finished finished_;
  base::UniqueFd epoll_, wake_;
  std::vector<SocketAddress> addresses_;
  ServerPool pool_;
  RandomIds ids_;
  std::unique_ptr<Exchange::Inbox> inbox_ = std::make_unique<Exchange::Inbox>();
  std::unordered_map<Number, Flight> flights_;
  std::set<std::pair<Clock::time_point, Number>> timers_;
  Number last_number_ = 0;
};

}  // namespace dmarc::resolver
