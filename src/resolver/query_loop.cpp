#include "resolver/query_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace dmarc::resolver {
namespace {

// An event carries the flight's number and the index of its attempt; a flight that has ended
// meanwhile is not found any more. Flight numbers begin with 1.
constexpr std::uint64_t wake_tag = 0;

constexpr int events_at_a_time = 64;

// A short timeout shall not be spent on the first server alone.
constexpr int tries_in_time = 4;

// Less would be a loop that does nothing else.
constexpr std::chrono::milliseconds shortest_wait{1};

base::UniqueFd checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return base::UniqueFd(descriptor);
}

}  // namespace

QueryLoop::QueryLoop(const StubOptions& options, Counters& counters, Finished finished)
    : options_(options),
      retry_after_(
          std::max(std::min(options.retry_after, options.timeout / tries_in_time), shortest_wait)),
      counters_(counters),
      finished_(std::move(finished)),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      addresses_(options.servers.begin(), options.servers.end()),
      pool_(options.servers.size()) {
  epoll_event event{EPOLLIN, {.u64 = wake_tag}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void QueryLoop::start(const dns::Question& question, std::chrono::milliseconds patience) {
  const auto now = Clock::now();
  const Number number = ++last_number_;
  Flight& flight = flights_.emplace(number, Flight{question, QueryPlan(question, pool_.order(now))})
                       .first->second;
  flight.deadline = now + patience;
  set_timer(number, flight, now + retry_after_);
  perform(number, flight, flight.plan.begin());
}

void QueryLoop::run_once() {
  std::array<epoll_event, events_at_a_time> events;
  const int count =
      ::epoll_wait(epoll_.get(), events.data(), events_at_a_time, milliseconds_to_next_timer());
  for (int i = 0; i < count; ++i)
    handle_event(events[static_cast<std::size_t>(i)].data.u64);
  run_timers();
}

void QueryLoop::wake() {
  const std::uint64_t one = 1;
  // It can only fail when the counter is full, and then the loop is awake.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

/// Does what the plan says; where that is impossible, what the plan says then.
void QueryLoop::perform(Number number, Flight& flight, Step step) {
  while (const auto* ask = std::get_if<Ask>(&step)) {
    if (open(number, flight, *ask)) return;
    pool_.unreachable(ask->server, Clock::now());
    step = flight.plan.unreachable(ask->server);
  }
  if (auto* answer = std::get_if<dns::Answer>(&step)) finish(number, flight, std::move(*answer));
}

bool QueryLoop::open(Number number, Flight& flight, Ask ask) {
  Octets query = encode_query(
      flight.plan.asked(),
      {.id = ids_.next(), .edns = flight.plan.edns(), .want_ad = believes_ad(ask.server)});
  const bool udp = ask.transport == Transport::udp;
  const SocketAddress& address = addresses_[ask.server];
  auto exchange =
      udp ? exchange_by_udp(address, std::move(query)) : exchange_by_tcp(address, std::move(query));
  if (!exchange) return false;

  const std::size_t older = (flight.latest + 1) % max_exchanges;
  flight.latest = flight.attempts[flight.latest].exchange ? older : flight.latest;
  epoll_event event{exchange->events(), {.u64 = number * max_exchanges + flight.latest}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, exchange->descriptor(), &event) != 0) return false;
  flight.attempts[flight.latest] = {std::move(exchange), ask};
  Counters::count(udp ? counters_.sent_udp : counters_.sent_tcp);

  // A large answer by TCP takes a few round trips; half of what time is left leaves the other half
  // to another server.
  const auto now = Clock::now();
  const auto tcp_patience = (flight.deadline - now) / 2;
  set_timer(number, flight,
            now + (udp ? retry_after_ : std::max<Clock::duration>(retry_after_, tcp_patience)));
  return true;
}

void QueryLoop::set_timer(Number number, Flight& flight, Clock::time_point when) {
  timers_.erase({flight.timer, number});
  flight.timer = std::min(when, flight.deadline);
  timers_.emplace(flight.timer, number);
}

void QueryLoop::handle_event(std::uint64_t tag) {
  if (tag == wake_tag) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(wake_.get(), &count, sizeof count);
    return;
  }
  const Number number = tag / max_exchanges;
  const auto found = flights_.find(number);
  if (found == flights_.end()) return;
  Flight& flight = found->second;
  Attempt& attempt = flight.attempts[tag % max_exchanges];
  if (!attempt.exchange) return;

  const Exchange::State state = attempt.exchange->proceed(*inbox_);
  Counters::count(counters_.rejected, attempt.exchange->take_rejected());
  if (state == Exchange::State::waiting) return;
  const Attempt ended = std::exchange(attempt, {});
  if (state == Exchange::State::replied) {
    handle_reply(number, flight, ended);
    return;
  }
  // A server without TCP still answers by UDP.
  if (ended.ask.transport == Transport::udp) pool_.unreachable(ended.ask.server, Clock::now());
  perform(number, flight, flight.plan.unreachable(ended.ask.server));
}

void QueryLoop::handle_reply(Number number, Flight& flight, const Attempt& attempt) {
  pool_.answered(attempt.ask.server);
  Reply reply = decode_reply(attempt.exchange->reply(), flight.plan.asked());
  reply.answer.authenticated = reply.answer.authenticated && believes_ad(attempt.ask.server);
  // The other exchange asks for something that is out of date now.
  if (reply.kind == Reply::Kind::alias) flight.attempts = {};
  perform(number, flight,
          flight.plan.replied(attempt.ask.server, attempt.ask.transport, std::move(reply)));
}

void QueryLoop::run_timers() {
  const auto now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const Number number = timers_.begin()->second;
    run_timer(number, flights_.at(number), now);
  }
}

void QueryLoop::run_timer(Number number, Flight& flight, Clock::time_point now) {
  const Attempt& latest = flight.attempts[flight.latest];
  if (latest.exchange) pool_.silent(latest.ask.server, now);
  if (now >= flight.deadline) {
    Counters::count(counters_.timeouts);
    finish(number, flight, flight.plan.expired());
    return;
  }
  set_timer(number, flight, now + retry_after_);
  perform(number, flight, flight.plan.retry());
}

void QueryLoop::finish(Number number, Flight& flight, dns::Answer answer) {
  timers_.erase({flight.timer, number});
  const dns::Question question = std::move(flight.question);
  flights_.erase(number);
  finished_(question, std::move(answer));
}

int QueryLoop::milliseconds_to_next_timer() const {
  if (timers_.empty()) return -1;
  const auto left = timers_.begin()->first - Clock::now();
  const auto rounded_up = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(rounded_up, 0, INT32_MAX));
}

/// The AD bit is only as good as the path to the server (RFC 4035 section 4.9.3 "Handling of the
/// AD Bit").
bool QueryLoop::believes_ad(std::size_t server) const {
  return options_.trust_ad || options_.servers[server].address.is_loopback();
}

}  // namespace dmarc::resolver
