// What stands behind StubResolver: the cache, the callbacks that wait, and the thread that runs the
// QueryLoop.
//
// Life of a question: resolve() looks into the cache and calls back at once on a hit. Otherwise the
// callback joins those that wait for the same question; the first one hands the question to the
// thread. The thread keeps the answer in the cache, then takes the callbacks out and calls them,
// holding no lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "resolver/cache.h"
#include "resolver/counters.h"
#include "resolver/query_loop.h"
#include "resolver/stub_resolver.h"

namespace dmarc::resolver {

class StubResolver::Engine {
 public:
  explicit Engine(StubOptions options);
  ~Engine();

  void resolve(const dns::Question& question, Callback done);
  StubStatistics statistics() const;

 private:
  dns::AnswerPtr find(const dns::Question& question);
  dns::AnswerPtr join(const dns::Question& question, Callback& done);
  void run();
  std::chrono::milliseconds patience_for(const dns::Question& question);
  void finish(const dns::Question& question, dns::Answer answer);
  void limit_ttl(dns::Answer& answer) const;

  const StubOptions options_;
  const std::size_t max_in_flight_;
  Counters counters_;
  Cache cache_;
  QueryLoop loop_;

  std::mutex mutex_;  ///< guards what follows
  std::unordered_map<dns::Question, std::vector<Callback>> waiting_;
  std::vector<dns::Question> submitted_;  ///< new in `waiting_`, for the thread to start
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace dmarc::resolver
