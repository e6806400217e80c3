#include "resolver/caching_resolver.h"

#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace dmarc::resolver {
namespace {

dns::AnswerPtr failed(dns::Failure failure) {
  return std::make_shared<const dns::Answer>(dns::Answer::failed(failure));
}

/// A chain of CNAMEs that leads nowhere is what the DNS holds, not trouble of the servers.
bool servers_failed(const dns::Answer& answer) {
  return answer.outcome == dns::Outcome::temporary_failure && answer.failure != dns::Failure::alias;
}

StubOptions checked(StubOptions options) {
  if (options.servers.empty()) throw std::invalid_argument("no name server");
  return options;
}

/// At most StubResolver::max_in_flight, and no more than half of the process's descriptors.
std::size_t questions_allowed() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return StubResolver::max_in_flight;
  const auto by_descriptors = limit.rlim_cur / (2 * Queries::max_exchanges);
  return std::min<rlim_t>(by_descriptors, StubResolver::max_in_flight);
}

}  // namespace

CachingResolver::CachingResolver(io::EventLoop& loop, Network& network, StubOptions options)
    : clock_(loop.clock()),
      options_(checked(std::move(options))),
      max_in_flight_(questions_allowed()),
      cache_({options_.cache_bytes, options_.failure_ttl, options_.max_stale}),
      queries_(loop, network, options_, counters_, *this),
      wake_(loop.make_wake(loop.attach(*this), 0)) {}

CachingResolver::~CachingResolver() {
  std::unordered_map<dns::Question, std::vector<Callback>> waiting;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    waiting.swap(waiting_);
  }
  const dns::AnswerPtr answer = failed(dns::Failure::network);
  for (const auto& [question, callbacks] : waiting)
    for (const Callback& done : callbacks)
      done(answer);
}

dns::AnswerPtr CachingResolver::at_hand(const dns::Question& question) {
  dns::AnswerPtr answer = find(question);
  if (answer) Counters::count(counters_.questions);
  return answer;
}

void CachingResolver::resolve(const dns::Question& question, Callback done) {
  Counters::count(counters_.questions);
  dns::AnswerPtr answer = find(question);
  if (!answer) answer = join(question, done);
  if (answer) done(std::move(answer));
}

dns::AnswerPtr CachingResolver::find(const dns::Question& question) {
  dns::AnswerPtr answer = cache_.find(question, clock_.now());
  if (answer) Counters::count(counters_.cache_hits);
  if (answer && answer->stale) Counters::count(counters_.stale_served);
  return answer;
}

/// Adds the callback to those that wait; returns an answer instead when it need not or cannot wait.
dns::AnswerPtr CachingResolver::join(const dns::Question& question, Callback& done) {
  const std::lock_guard lock(mutex_);
  if (const auto found = waiting_.find(question); found != waiting_.end()) {
    found->second.push_back(std::move(done));
    Counters::count(counters_.shared);
    return nullptr;
  }
  // The question may have been answered between the look into the cache and the lock.
  if (dns::AnswerPtr answer = find(question)) return answer;
  if (closing_ || waiting_.size() >= max_in_flight_) return failed(dns::Failure::network);
  waiting_[question].push_back(std::move(done));
  submitted_.push_back(question);
  if (submitted_.size() == 1) wake_();
  return nullptr;
}

void CachingResolver::woken(io::Token) {
  {
    const std::lock_guard lock(mutex_);
    starting_.swap(submitted_);
  }
  for (const dns::Question& question : starting_)
    queries_.start(question, patience_for(question));
  starting_.clear();
}

std::chrono::milliseconds CachingResolver::patience_for(const dns::Question& question) {
  if (!cache_.has_stale(question, clock_.now())) return options_.timeout;
  return std::min(options_.timeout, options_.stale_after);
}

void CachingResolver::finished(const dns::Question& question, dns::Answer answer) {
  limit_ttl(answer);
  auto result = std::make_shared<const dns::Answer>(std::move(answer));
  const auto now = clock_.now();
  if (servers_failed(*result))
    result = cache_.store_failure(question, std::move(result), now);
  else
    cache_.store(question, result, now);
  std::vector<Callback> callbacks;
  {
    const std::lock_guard lock(mutex_);
    callbacks = std::move(waiting_.extract(question).mapped());
  }
  if (result->stale) Counters::count(counters_.stale_served, callbacks.size());
  for (const Callback& done : callbacks)
    done(result);
}

void CachingResolver::limit_ttl(dns::Answer& answer) const {
  std::chrono::seconds ttl(answer.ttl);
  if (answer.outcome == dns::Outcome::temporary_failure)
    ttl = options_.failure_ttl;
  else if (answer.outcome != dns::Outcome::records)
    ttl = std::min(ttl, options_.max_negative_ttl);
  answer.ttl = static_cast<std::uint32_t>(std::min(ttl, options_.max_ttl).count());
}

StubStatistics CachingResolver::statistics() const {
  return {.questions = counters_.questions,
          .cache_hits = counters_.cache_hits,
          .shared = counters_.shared,
          .sent_udp = counters_.sent_udp,
          .sent_tcp = counters_.sent_tcp,
          .timeouts = counters_.timeouts,
          .rejected = counters_.rejected,
          .stale_served = counters_.stale_served};
}

}  // namespace dmarc::resolver
