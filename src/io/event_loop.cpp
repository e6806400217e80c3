#include "io/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>

namespace dmarc::io {
namespace {

constexpr int events_at_once = 256;

// An event's tag holds the handler's number above the token. Number 0 is the loop itself.
constexpr unsigned token_bits = 48;
constexpr std::uint64_t loop_tag = 0;

std::uint64_t tag_of(EventLoop::HandlerId handler, Token token) {
  return std::uint64_t{handler} << token_bits | token;
}

Token token_of(std::uint64_t tag) {
  return tag & ((std::uint64_t{1} << token_bits) - 1);
}

base::UniqueFd checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return base::UniqueFd(descriptor);
}

std::error_code control(int epoll, int operation, int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (::epoll_ctl(epoll, operation, fd, &event) == 0) return {};
  return {errno, std::generic_category()};
}

/// For each moment one order, whatever order the timers were set in.
bool is_earlier(const Timer& a, Token a_token, const Timer& b, Token b_token) {
  return a.when() != b.when() ? a.when() < b.when() : a_token < b_token;
}

class SteadyClock final : public Clock {
 public:
  Time now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

const Clock& steady_clock() {
  static const SteadyClock clock;
  return clock;
}

// ---- wake-ups

WakeQueue::WakeQueue() : event_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

void WakeQueue::post(std::uint64_t tag) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(tag);
  }
  // One call wakes the thread, however many are posted before it takes them.
  if (first) ::eventfd_write(event_.get(), 1);
}

void WakeQueue::take(std::vector<std::uint64_t>& posted) {
  eventfd_t count = 0;
  ::eventfd_read(event_.get(), &count);
  posted.clear();
  const std::lock_guard lock(mutex_);
  posted_.swap(posted);
}

// ---- descriptors

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wakes_(std::make_shared<WakeQueue>()),
      handlers_{nullptr},
      now_(clock.now()) {
  const std::error_code error =
      control(epoll_.get(), EPOLL_CTL_ADD, wakes_->fd(), EPOLLIN, loop_tag);
  if (error) throw std::system_error(error, "epoll_ctl");
}

EventLoop::HandlerId EventLoop::attach(EventHandler& handler) {
  handlers_.push_back(&handler);
  return static_cast<HandlerId>(handlers_.size() - 1);
}

std::error_code EventLoop::watch(int fd, std::uint32_t events, HandlerId handler, Token token) {
  return control(epoll_.get(), EPOLL_CTL_ADD, fd, events, tag_of(handler, token));
}

std::error_code EventLoop::rewatch(int fd, std::uint32_t events, HandlerId handler, Token token) {
  return control(epoll_.get(), EPOLL_CTL_MOD, fd, events, tag_of(handler, token));
}

void EventLoop::unwatch(int fd) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::call_in_turn(HandlerId handler, Token token) {
  turns_.push_back(tag_of(handler, token));
}

Wake EventLoop::make_wake(HandlerId handler, Token token) const {
  return {wakes_, tag_of(handler, token)};
}

// ---- rounds

void EventLoop::run() {
  while (!stopping_)
    run_once();
}

void EventLoop::stop() {
  stopping_ = true;
  wakes_->post(loop_tag);
}

void EventLoop::run_round(int milliseconds) {
  std::array<epoll_event, events_at_once> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), events_at_once, milliseconds);
  now_ = clock_.now();
  for (int i = 0; i < count; ++i)
    dispatch(events[static_cast<std::size_t>(i)].data.u64,
             events[static_cast<std::size_t>(i)].events);
  run_turns();
  run_timers();
}

void EventLoop::dispatch(std::uint64_t tag, std::uint32_t events) {
  if (tag != loop_tag) return handlers_[tag >> token_bits]->ready(token_of(tag), events);
  wakes_->take(current_wakes_);
  for (const std::uint64_t posted : current_wakes_)
    if (posted != loop_tag) handlers_[posted >> token_bits]->woken(token_of(posted));
}

void EventLoop::run_turns() {
  current_turns_.clear();
  current_turns_.swap(turns_);
  for (const std::uint64_t tag : current_turns_)
    handlers_[tag >> token_bits]->turn(token_of(tag));
}

int EventLoop::milliseconds_to_wait() const {
  if (!turns_.empty()) return 0;
  if (timers_.empty()) return -1;
  const auto left = timers_.front()->when() - clock_.now();
  const auto rounded_up = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(rounded_up, 0, std::numeric_limits<int>::max()));
}

// ---- timers

std::optional<Time> EventLoop::next_timer() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.front()->when();
}

void EventLoop::run_timers() {
  // A timer set for the past while these run waits for the next round: descriptors come first.
  for (std::size_t left = timers_.size(); left > 0 && !timers_.empty(); --left) {
    Timer& next = *timers_.front();
    if (next.when_ > now_) return;
    remove(next);
    handlers_[next.handler_]->expired(next.token_);
  }
}

void EventLoop::place(std::size_t position, Timer* timer) {
  timers_[position] = timer;
  timer->position_ = position;
}

void EventLoop::restore_order(std::size_t position) {
  Timer* const moved = timers_[position];
  const auto earlier = [](const Timer* a, const Timer* b) {
    return is_earlier(*a, a->token_, *b, b->token_);
  };
  while (position > 0 && earlier(moved, timers_[(position - 1) / 2])) {
    place(position, timers_[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  for (std::size_t child = 2 * position + 1; child < timers_.size(); child = 2 * position + 1) {
    if (child + 1 < timers_.size() && earlier(timers_[child + 1], timers_[child])) ++child;
    if (!earlier(timers_[child], moved)) break;
    place(position, timers_[child]);
    position = child;
  }
  place(position, moved);
}

void EventLoop::insert(Timer& timer) {
  timers_.push_back(&timer);
  timer.position_ = timers_.size() - 1;
}

void EventLoop::remove(Timer& timer) {
  const std::size_t position = timer.position_;
  timer.position_ = Timer::not_set;
  Timer* const last = timers_.back();
  timers_.pop_back();
  if (last == &timer) return;
  place(position, last);
  restore_order(position);
}

void Timer::set(Time when) {
  when_ = when;
  if (!is_set()) loop_.insert(*this);
  loop_.restore_order(position_);
}

void Timer::cancel() {
  if (is_set()) loop_.remove(*this);
}

}  // namespace dmarc::io
