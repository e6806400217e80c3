// The questions under way: their exchanges with servers and their timers, on an event loop.
//
// start() begins a question; Client::finished() is called with the answer of each question that was
// started and not stopped, from within start() or by the loop.
//
// A question that gets no reply is asked again, of the same server by the same exchange. Exchanges
// stay open until the question ends, so that late replies count; of a question no more than
// max_exchanges, of all questions exchanges_each on the average.
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
          rejected = 0, stale_served = 0, suspended = 0, abandoned = 0, never_sent = 0;
};

class Queries final : public io::EventHandler {
 public:
  /// Identifies a question; never used twice.
  using Number = std::uint64_t;

  /// Who has asked.
  class Client {
   public:
    virtual void finished(Number number, const dns::Question& question, dns::Answer answer) = 0;

   protected:
    ~Client() = default;
  };

  /// Exchanges that one question can hold, each with a descriptor: enough for the servers that a
  /// resolv.conf names (three), and one by TCP.
  static constexpr std::size_t max_exchanges = 4;
  /// The same on the average: a question that needs more gets it while others need less.
  static constexpr std::size_t exchanges_each = 2;

  /// All of them must outlive it. `max_questions` are under way at a time.
  Queries(io::EventLoop& loop, Network& network, const StubOptions& options,
          std::size_t max_questions, Counters& counters, Client& client);

  /// Asks; the answer is a failure when there is none after `patience`. False when nothing can be
  /// sent for want of descriptors or the like: to be tried again.
  [[nodiscard]] bool start(Number number, const dns::Question& question,
                           std::chrono::milliseconds patience);
  /// Forgets the question, if it is still under way.
  void stop(Number number) { queries_.erase(number); }

 private:
  struct Close {
    Close() : open(nullptr) {}
    explicit Close(std::size_t& count) : open(&count) {}
    std::size_t* open;  ///< counts the exchanges that are
    void operator()(Exchange* exchange) const {
      delete exchange;
      --*open;
    }
  };

  struct Transmission {
    std::unique_ptr<Exchange, Close> exchange;
    Ask ask{};
    bool edns = true;
    unsigned order = 0;  ///< of the last time that it was sent
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
    unsigned sent = 0;       ///< how many were made
    bool lacks_means = false;
  };

  enum class Sent { yes, server_unreachable, no_means };

  void ready(io::Token token, std::uint32_t events) override;
  void expired(io::Token token) override;

  bool perform(Number number, Query& query, Step step);
  Sent transmit(Number number, Query& query, Ask ask);
  Sent open_exchange(Number number, Query& query, Ask ask, std::size_t place);
  std::size_t place_for(const Query& query, Ask ask) const;
  void set_timer_after(Query& query, Ask ask);
  static void set_timer(Query& query, io::Time when);
  void handle_reply(Number number, Query& query, const Transmission& ended);
  void finish(Number number, Query& query, dns::Answer answer);
  bool believes_ad(std::size_t server) const;

  io::EventLoop& loop_;
  const io::EventLoop::HandlerId handler_;
  Network& network_;
  const StubOptions& options_;
  const std::size_t max_questions_;
  const std::chrono::milliseconds retry_after_;
  Counters& counters_;
  Client& client_;
  ServerPool pool_;
  std::unique_ptr<Exchange::Buffer> buffer_ = std::make_unique<Exchange::Buffer>();
  std::size_t open_ = 0;  ///< exchanges
  std::unordered_map<Number, Query> queries_;
};

}  // namespace dmarc::resolver
