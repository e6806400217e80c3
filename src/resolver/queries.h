// The questions under way: their exchanges with servers and their timers, on an event loop.
//
// start() begins a question; Client::finished() is called with the answer of each question that was
// started, from within start() or by the loop.
//
// A question that gets no reply is asked again while the exchange before it stays open, so that a
// late reply still counts; no more than two exchanges of a question are open at a time.
//
// Threads: belongs to the loop's thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "io/event_loop.h"
#include "resolver/exchange.h"
#include "resolver/query_plan.h"
#include "resolver/servers.h"
#include "resolver/stub_resolver.h"

namespace dmarc::resolver {

/// The counters behind StubStatistics, counted from any thread.
struct Counters {
  using Counter = std::atomic<std::uint64_t>;

  static void count(Counter& counter, std::uint64_t by = 1) {
    counter.fetch_add(by, std::memory_order_relaxed);
  }

  Counter questions = 0, cache_hits = 0, shared = 0, sent_udp = 0, sent_tcp = 0, timeouts = 0,
          rejected = 0, stale_served = 0;
};

class Queries final : public io::EventHandler {
 public:
  /// Who has asked.
  class Client {
   public:
    virtual void finished(const dns::Question& question, dns::Answer answer) = 0;

   protected:
    ~Client() = default;
  };

  /// Descriptors that one question can hold.
  static constexpr std::size_t max_exchanges = 2;

  /// All of them must outlive it.
  Queries(io::EventLoop& loop, Network& network, const StubOptions& options, Counters& counters,
          Client& client);

  /// Asks; the answer is a failure when there is none after `patience`.
  void start(const dns::Question& question, std::chrono::milliseconds patience);

 private:
  /// Identifies a query; never used twice.
  using Number = std::uint64_t;

  struct Transmission {
    std::unique_ptr<Exchange> exchange;
    Ask ask{};
  };

  struct Query {
    Query(Queries& all, Number number, const dns::Question& asked, io::Time until)
        : question(asked),
          plan(asked, all.pool_.order(all.loop_.now())),
          deadline(until),
          timer(all.loop_, all.handler_, number) {}

    dns::Question question;
    QueryPlan plan;
    io::Time deadline;
    io::Timer timer;
    std::array<Transmission, max_exchanges> transmissions{};
    std::size_t latest = 0;  ///< index of the transmission made last
  };

  void ready(io::Token token, std::uint32_t events) override;
  void expired(io::Token token) override;

  void perform(Number number, Query& query, Step step);
  bool transmit(Number number, Query& query, Ask ask);
  static void set_timer(Query& query, io::Time when);
  void handle_reply(Number number, Query& query, const Transmission& ended);
  void finish(Number number, Query& query, dns::Answer answer);
  bool believes_ad(std::size_t server) const;

  io::EventLoop& loop_;
  const io::EventLoop::HandlerId handler_;
  Network& network_;
  const StubOptions& options_;
  const std::chrono::milliseconds retry_after_;
  Counters& counters_;
  Client& client_;
  ServerPool pool_;
  std::unique_ptr<Exchange::Buffer> buffer_ = std::make_unique<Exchange::Buffer>();
  std::unordered_map<Number, Query> queries_;
  Number last_number_ = 0;
};

}  // namespace dmarc::resolver
