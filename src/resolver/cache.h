// Answers kept for as long as their time to live allows, and past it in case every server fails.
//
// Questions are spread over shards with a mutex each, so that threads seldom wait for one another;
// a hit returns the shared answer without copying it. Each shard forgets what was used least
// recently when its part of the byte limit is used up.
//
// The time to live of a kept answer is not counted down: Answer::ttl stays what it was on arrival.
//
// Threads: every function may be called from any thread. The clock is given with each call.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <unordered_map>

#include <dmarc/resolver.h>

namespace dmarc::resolver {

class Cache {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Limits {
    std::size_t bytes;                 ///< estimated memory of all entries together
    std::chrono::seconds failure_ttl;  ///< how long a failure is kept
    std::chrono::seconds max_stale;    ///< how long past its time to live an answer is kept
  };

  explicit Cache(Limits limits) : limits_(limits) {}

  /// An answer within its time to live, or a failure within `failure_ttl`; null when there is none.
  dns::AnswerPtr find(const dns::Question& question, Time now);

  /// True when store_failure() would return a stale answer.
  bool has_stale(const dns::Question& question, Time now);

  /// Keeps an answer that is not a failure for its time to live.
  void store(const dns::Question& question, dns::AnswerPtr answer, Time now);

  /// Notes that every server failed. Returns the answer to give: the one kept from before, marked
  /// stale (RFC 8767 section 5 "Example Method"), or else the failure. Either is then found for
  /// `failure_ttl`, so that servers in trouble are not asked at each question.
  dns::AnswerPtr store_failure(const dns::Question& question, dns::AnswerPtr failure, Time now);

  std::size_t bytes() const;

 private:
  struct Entry {
    dns::AnswerPtr answer;
    Time expires, stale_until;
    std::size_t bytes = 0;
    std::list<const dns::Question*>::iterator use;
  };

  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<dns::Question, Entry> entries;
    std::list<const dns::Question*> uses;  ///< most recent first; points to keys of `entries`
    std::size_t bytes = 0;
  };

  /// Enough that a dozen worker threads meet rarely.
  static constexpr std::size_t shard_count = 16;

  Shard& shard_of(const dns::Question& question);
  void put(Shard& shard, const dns::Question& question, Entry entry);
  void drop(Shard& shard, std::unordered_map<dns::Question, Entry>::iterator entry);

  const Limits limits_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace dmarc::resolver
