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

std::size_t questions_allowed() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return StubResolver::max_in_flight;
  return descriptor_share(limit.rlim_cur).questions;
}

/// Before something is sent again when there was nothing to send with.
constexpr std::chrono::milliseconds retry_without_means{50};

}  // namespace

/// One who asks. What it has asked is kept to be dropped with it.
class CachingResolver::MessageAsker final : public dns::AsyncResolver::Asker {
 public:
  MessageAsker(CachingResolver& resolver, Shares::AskerId id) : resolver_(resolver), id_(id) {}
  ~MessageAsker() override { resolver_.drop(id_, asked_); }
  MessageAsker(const MessageAsker&) = delete;
  MessageAsker& operator=(const MessageAsker&) = delete;

  void resolve(const dns::Question& question, Callback done) override {
    asked_.push_back(question);
    resolver_.resolve_for(id_, question, std::move(done));
  }
  bool is_waiting(const dns::Question& question) const override {
    return resolver_.is_waiting(question);
  }

 private:
  CachingResolver& resolver_;
  const Shares::AskerId id_;
  std::vector<dns::Question> asked_;
};

CachingResolver::CachingResolver(io::EventLoop& loop, Network& network, StubOptions options)
    : clock_(loop.clock()),
      options_(checked(std::move(options))),
      limits_{options_.max_in_flight != 0 ? options_.max_in_flight : questions_allowed(),
              options_.max_per_asker},
      cache_({options_.cache_bytes, options_.failure_ttl, options_.max_stale}),
      queries_(loop, network, options_, limits_.in_all, counters_, *this),
      handler_(loop.attach(*this)),
      wake_(loop.make_wake(handler_, 0)),
      retry_(loop, handler_, 0),
      shares_(limits_) {}

CachingResolver::~CachingResolver() {
  std::unordered_map<dns::Question, Wanted> wanted;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wanted.swap(wanted_);
  }
  const dns::AnswerPtr answer = failed(dns::Failure::network);
  for (const auto& [question, each] : wanted)
    for (const Waiter& waiter : each.waiters)
      waiter.done(answer);
}

dns::AnswerPtr CachingResolver::at_hand(const dns::Question& question) {
  dns::AnswerPtr answer = find(question);
  if (answer) Counters::count(counters_.questions);
  return answer;
}

void CachingResolver::resolve(const dns::Question& question, Callback done) {
  resolve_for(Shares::nobody, question, std::move(done));
}

std::unique_ptr<dns::AsyncResolver::Asker> CachingResolver::open() {
  const std::lock_guard lock(mutex_);
  return std::make_unique<MessageAsker>(*this, ++last_asker_);
}

void CachingResolver::resolve_for(Shares::AskerId asker, const dns::Question& question,
                                  Callback done) {
  Counters::count(counters_.questions);
  dns::AnswerPtr answer = find(question);
  if (!answer) answer = join(asker, question, done);
  if (answer) done(std::move(answer));
}

dns::AnswerPtr CachingResolver::find(const dns::Question& question) {
  dns::AnswerPtr answer = cache_.find(question, clock_.now());
  if (answer) Counters::count(counters_.cache_hits);
  if (answer && answer->stale) Counters::count(counters_.stale_served);
  return answer;
}

/// Adds the callback to those that wait; returns an answer instead when it need not or cannot wait.
dns::AnswerPtr CachingResolver::join(Shares::AskerId asker, const dns::Question& question,
                                     Callback& done) {
  const std::lock_guard lock(mutex_);
  if (const auto found = wanted_.find(question); found != wanted_.end()) {
    found->second.waiters.push_back({asker, std::move(done)});
    shares_.share(found->second.number, asker);
    Counters::count(counters_.shared);
    wake_loop();
    return nullptr;
  }
  // The question may have been answered between the look into the cache and the lock.
  if (dns::AnswerPtr answer = find(question)) return answer;
  if (closing_) return failed(dns::Failure::network);
  const Number number = ++last_number_;
  const auto place = wanted_.try_emplace(question, Wanted{number, {}}).first;
  place->second.waiters.push_back({asker, std::move(done)});
  names_.emplace(number, &place->first);
  shares_.add(asker, number);
  wake_loop();
  return nullptr;
}

/// So that the loop stops what was dropped and takes the turns that there are.
void CachingResolver::wake_loop() {
  if (dropped_.empty() && shares_.waiting() == 0) return;
  if (!std::exchange(wake_posted_, true)) wake_();
}

bool CachingResolver::is_waiting(const dns::Question& question) {
  const std::lock_guard lock(mutex_);
  const auto found = wanted_.find(question);
  return found != wanted_.end() && shares_.is_waiting(found->second.number);
}

/// The asker wants nothing any more.
void CachingResolver::drop(Shares::AskerId asker, const std::vector<dns::Question>& questions) {
  std::vector<Callback> left;  // to be destroyed without the lock
  const std::lock_guard lock(mutex_);
  for (const dns::Question& question : questions)
    leave(asker, question, left);
  wake_loop();
}

void CachingResolver::leave(Shares::AskerId asker, const dns::Question& question,
                            std::vector<Callback>& left) {
  const auto found = wanted_.find(question);
  if (found == wanted_.end()) return;
  auto& [number, waiters] = found->second;
  const auto others = std::stable_partition(
      waiters.begin(), waiters.end(), [&](const Waiter& each) { return each.asker != asker; });
  for (auto each = others; each != waiters.end(); ++each)
    left.push_back(std::move(each->done));
  waiters.erase(others, waiters.end());
  if (!waiters.empty()) {
    if (shares_.owner(number) == asker) shares_.give(number, waiters.front().asker);
    return;
  }
  Counters::count(counters_.abandoned);
  if (shares_.is_waiting(number))
    Counters::count(counters_.never_sent);
  else
    dropped_.push_back(number);
  shares_.remove(number);
  names_.erase(number);
  wanted_.erase(found);
}

void CachingResolver::woken(io::Token) {
  {
    const std::lock_guard lock(mutex_);
    wake_posted_ = false;
    stopping_.swap(dropped_);
  }
  for (const Number number : stopping_)
    queries_.stop(number);
  stopping_.clear();
  take_turns();
  for (std::size_t i = 0; i < starting_.size(); ++i) {
    const Start& start = starting_[i];
    if (start.suspended) queries_.stop(*start.suspended);
    if (queries_.start(start.number, start.question, patience_for(start.question))) continue;
    put_back(i);
    break;
  }
  starting_.clear();
}

void CachingResolver::take_turns() {
  const std::lock_guard lock(mutex_);
  while (const auto turn = shares_.next()) {
    if (turn->suspended) Counters::count(counters_.suspended);
    starting_.push_back({turn->number, *names_.at(turn->number), turn->suspended});
  }
}

/// There is nothing to send with: these questions wait again, in their order.
void CachingResolver::put_back(std::size_t from) {
  for (std::size_t i = from + 1; i < starting_.size(); ++i)
    if (starting_[i].suspended) queries_.stop(*starting_[i].suspended);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = starting_.size(); i-- > from;) {
    const Number number = starting_[i].number;
    if (names_.contains(number) && !shares_.is_waiting(number)) shares_.suspend(number);
  }
  retry_.set(clock_.now() + retry_without_means);
}

std::chrono::milliseconds CachingResolver::patience_for(const dns::Question& question) {
  if (!cache_.has_stale(question, clock_.now())) return options_.timeout;
  return std::min(options_.timeout, options_.stale_after);
}

/// Those who wait for the question, which has its answer: none when nobody wants it any more.
std::vector<dns::AsyncResolver::Callback> CachingResolver::take_waiters(Number number) {
  std::vector<Callback> callbacks;
  const auto name = names_.find(number);
  if (name == names_.end()) return callbacks;
  const auto found = wanted_.find(*name->second);
  for (Waiter& waiter : found->second.waiters)
    callbacks.push_back(std::move(waiter.done));
  shares_.remove(number);
  names_.erase(name);
  wanted_.erase(found);
  return callbacks;
}

void CachingResolver::finished(Number number, const dns::Question& question, dns::Answer answer) {
  limit_ttl(answer);
  auto result = std::make_shared<const dns::Answer>(std::move(answer));
  const auto now = clock_.now();
  // What was not asked says nothing about the servers.
  const bool kept = result->failure != dns::Failure::own_limit || cache_.has_stale(question, now);
  if (kept && servers_failed(*result))
    result = cache_.store_failure(question, std::move(result), now);
  else if (kept)
    cache_.store(question, result, now);
  std::vector<Callback> callbacks;
  {
    const std::lock_guard lock(mutex_);
    callbacks = take_waiters(number);
    wake_loop();
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
          .stale_served = counters_.stale_served,
          .suspended = counters_.suspended,
          .abandoned = counters_.abandoned,
          .never_sent = counters_.never_sent};
}

}  // namespace dmarc::resolver
