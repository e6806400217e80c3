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
// callback joins those that wait for the same question; the first one hands the question to the
// loop. The loop's thread keeps the answer in the cache, then takes the callbacks out and calls
// them, holding no lock.
//
// Threads: at_hand(), resolve() and statistics() from any; construction and destruction while the
// loop does not run. Destruction answers everything still under way with Failure::network.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "io/event_loop.h"
#include "resolver/cache.h"
#include "resolver/queries.h"
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
  StubStatistics statistics() const;

 private:
  dns::AnswerPtr find(const dns::Question& question);
  dns::AnswerPtr join(const dns::Question& question, Callback& done);
  void woken(io::Token token) override;
  std::chrono::milliseconds patience_for(const dns::Question& question);
  void finished(const dns::Question& question, dns::Answer answer) override;
  void limit_ttl(dns::Answer& answer) const;

  const io::Clock& clock_;
  const StubOptions options_;
  const std::size_t max_in_flight_;
  Counters counters_;
  Cache cache_;
  Queries queries_;
  const io::Wake wake_;
  std::vector<dns::Question> starting_;  ///< of the loop's thread

  std::mutex mutex_;  ///< guards what follows
  std::unordered_map<dns::Question, std::vector<Callback>> waiting_;
  std::vector<dns::Question> submitted_;  ///< new in `waiting_`, for the loop to start
  bool closing_ = false;
};

}  // namespace dmarc::resolver
