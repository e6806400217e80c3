// The resolver on an event loop: the cache, the callbacks that wait, the questions under way.
//
//   io::EventLoop loop;
//   SystemNetwork network;
//   CachingResolver resolver(loop, network, options);
//   if (auto answer = resolver.at_hand(question)) ...   // the cache; any thread
//   resolver.resolve(question, done);    // any thread; `done` is called at once or by the loop
//   loop.run();
//
// StubResolver is this with a loop and a thread of its own. Tests give it a loop whose clock they
// move and a network whose servers they play.
//
// Life of a question: resolve() looks into the cache and calls back at once on a hit. Otherwise the
// callback joins those that wait for the same question; the first one makes it wait for its turn
// (resolver/shares.h). The loop's thread sends it, keeps the answer in the cache, then takes the
// callbacks out and calls them, holding no lock. A question that nobody wants any more is stopped,
// and makes room for another at once.
//
// Threads: at_hand(), resolve() and statistics() from any; construction and destruction while the
// loop does not run. Destruction answers everything still under way with Failure::network.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "io/event_loop.h"
#include "resolver/cache.h"
#include "resolver/queries.h"
#include "resolver/shares.h"
#include "resolver/stub_resolver.h"

namespace dmarc::resolver {

class CachingResolver final : public dns::AsyncResolver,
                              private io::EventHandler,
                              private Queries::Client {
 public:
  /// `loop` and `network` must outlive it. Throws std::invalid_argument when there is no server.
  CachingResolver(io::EventLoop& loop, Network& network, StubOptions options);
  ~CachingResolver() override;

  dns::AnswerPtr at_hand(const dns::Question& question) override;
  void resolve(const dns::Question& question, Callback done) override;
  std::unique_ptr<Asker> open() override;
  StubStatistics statistics() const;

 private:
  using Number = Queries::Number;
  class MessageAsker;

  struct Waiter {
    Shares::AskerId asker;
    Callback done;
  };
  /// A question without answer, and who waits for it.
  struct Wanted {
    Number number;
    std::vector<Waiter> waiters;
  };
  /// A question whose turn it is.
  struct Start {
    Number number;
    dns::Question question;
    std::optional<Number> suspended;
  };

  dns::AnswerPtr find(const dns::Question& question);
  void resolve_for(Shares::AskerId asker, const dns::Question& question, Callback done);
  dns::AnswerPtr join(Shares::AskerId asker, const dns::Question& question, Callback& done);
  void drop(Shares::AskerId asker, const std::vector<dns::Question>& questions);
  bool is_waiting(const dns::Question& question);

  // With the lock held.
  void wake_loop();
  std::vector<Callback> take_waiters(Number number);
  void leave(Shares::AskerId asker, const dns::Question& question, std::vector<Callback>& left);

  void woken(io::Token token) override;
  void expired(io::Token token) override { woken(token); }
  void take_turns();
  void put_back(std::size_t from);
  std::chrono::milliseconds patience_for(const dns::Question& question);
  void finished(Number number, const dns::Question& question, dns::Answer answer) override;
  void limit_ttl(dns::Answer& answer) const;

  const io::Clock& clock_;
  const StubOptions options_;
  const Shares::Limits limits_;
  Counters counters_;
  Cache cache_;
  Queries queries_;
  const io::EventLoop::HandlerId handler_;
  const io::Wake wake_;
  io::Timer retry_;  ///< when there was nothing to send with
  // Of the loop's thread.
  std::vector<Start> starting_;
  std::vector<Number> stopping_;

  std::mutex mutex_;  ///< guards what follows
  Shares shares_;
  std::unordered_map<dns::Question, Wanted> wanted_;
  std::unordered_map<Number, const dns::Question*> names_;  ///< keys of `wanted_`
  std::vector<Number> dropped_;  ///< under way, and nobody wants them any more
  Number last_number_ = 0;
  Shares::AskerId last_asker_ = Shares::nobody;
  bool wake_posted_ = false;
  bool closing_ = false;
};

}  // namespace dmarc::resolver
