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

namespace dmarc::dns {

class StubResolver::Engine {
 public:
  explicit Engine(StubOptions options);
  ~Engine();

  void resolve(const Question& question, Callback done);
  StubStatistics statistics() const;

 private:
  AnswerPtr find(const Question& question);
  AnswerPtr join(const Question& question, Callback& done);
  void run();
  std::chrono::milliseconds patience_for(const Question& question);
  void finish(const Question& question, Answer answer);
  void limit_ttl(Answer& answer) const;

  const StubOptions options_;
  const std::size_t max_in_flight_;
  Counters counters_;
  Cache cache_;
  QueryLoop loop_;

  std::mutex mutex_;  ///< guards what follows
  std::unordered_map<Question, std::vector<Callback>> waiting_;
  std::vector<Question> submitted_;  ///< new in `waiting_`, for the thread to start
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace dmarc::dns
