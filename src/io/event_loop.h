// One thread's wait for whatever comes first: a descriptor that is ready, a time that is reached, a
// word from another thread. The milter engine and the resolver run on such loops; whatever else the
// program watches joins one of them.
//
//   class Echo final : public io::EventHandler {
//     explicit Echo(io::EventLoop& loop) : loop_(loop), id_(loop.attach(*this)) {}
//     void begin(int fd) { loop_.watch(fd, EPOLLIN, id_, token_of(fd)); }
//     void ready(Token token, std::uint32_t events) override { ... }
//   };
//   io::EventLoop loop;
//   Echo echo(loop);
//   loop.run();                                     // until loop.stop(), from any thread
//
// A token is the handler's own name for a descriptor, a timer or what else it waits for. Give each
// thing a token that is never used again and look it up: an event may still be on its way when the
// descriptor that it is about has been closed.
//
// In tests the loop is given a clock that the test moves, and poll() handles what is due without
// waiting: time passes on command.
//
// Order within a round: descriptors and wake-ups as the kernel reports them, then turns, then
// timers that are due, earliest first.
//
// Ownership: handlers and timers are the caller's; handlers outlive the loop's last round, the loop
// outlives timers. Nothing is allocated for an event.
//
// Errors: the constructor throws std::system_error when the kernel gives no descriptor. An
// exception from a handler leaves run_once().
//
// Threads: belongs to the thread that runs it, also attach() and watch(), which may come before;
// stop(), unwatch() and the Wake objects may be used from any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "io/clock.h"

namespace dmarc::io {

/// A handler's name for what an event is about; of its 64 bits the lower 48 are passed on.
using Token = std::uint64_t;

/// Who is told of events. What a handler never asks for need not be overridden.
class EventHandler {
 public:
  /// A descriptor is ready; `events` as epoll_event has them.
  virtual void ready(Token /*token*/, std::uint32_t /*events*/) {}
  /// The time of a Timer has come; it is no longer set.
  virtual void expired(Token /*token*/) {}
  /// Another thread has used a Wake.
  virtual void woken(Token /*token*/) {}
  /// The others had their turn since call_in_turn().
  virtual void turn(Token /*token*/) {}

 protected:
  ~EventHandler() = default;
};

/// Wake-ups that other threads post to a loop; shared, because they may outlive it.
class WakeQueue {
 public:
  WakeQueue();
  int fd() const { return event_.get(); }
  void post(std::uint64_t tag);
  /// Puts everything posted since the last time in place of what `posted` holds.
  void take(std::vector<std::uint64_t>& posted);

 private:
  base::UniqueFd event_;
  std::mutex mutex_;
  std::vector<std::uint64_t> posted_;
};

/// Makes a loop call EventHandler::woken(). From any thread, also when the loop is no more; neither
/// blocks nor throws but for want of memory.
class Wake {
 public:
  void operator()() const { queue_->post(tag_); }

 private:
  friend class EventLoop;
  Wake(std::shared_ptr<WakeQueue> queue, std::uint64_t tag) : queue_(std::move(queue)), tag_(tag) {}
  std::shared_ptr<WakeQueue> queue_;
  std::uint64_t tag_;
};

class Timer;

class EventLoop {
 public:
  using HandlerId = std::uint16_t;

  /// The clock must outlive the loop.
  explicit EventLoop(const Clock& clock = steady_clock());
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  HandlerId attach(EventHandler& handler);

  const Clock& clock() const { return clock_; }
  /// The time of this round: when the loop woke up.
  Time now() const { return now_; }

  /// Reports these events of a descriptor until it is closed or unwatched.
  [[nodiscard]] std::error_code watch(int fd, std::uint32_t events, HandlerId handler, Token token);
  /// Reports other events from now on, also those that are there already.
  [[nodiscard]] std::error_code rewatch(int fd, std::uint32_t events, HandlerId handler,
                                        Token token);
  void unwatch(int fd);

  /// Calls the handler's turn() once, when the events that are there now have been handled.
  void call_in_turn(HandlerId handler, Token token);

  Wake make_wake(HandlerId handler, Token token) const;

  /// Runs rounds until stop().
  void run();
  void stop();
  /// Waits for what comes first and handles all that is there.
  void run_once() { run_round(milliseconds_to_wait()); }
  /// Handles what is there without waiting.
  void poll() { run_round(0); }
  /// When the next timer is due; for a test that moves the clock from one to the next.
  std::optional<Time> next_timer() const;

 private:
  friend class Timer;

  void run_round(int milliseconds);
  void dispatch(std::uint64_t tag, std::uint32_t events);
  void run_turns();
  void run_timers();
  int milliseconds_to_wait() const;

  // Timers are a binary heap by time; each knows its place, so that it can be moved or taken out.
  void place(std::size_t position, Timer* timer);
  void restore_order(std::size_t position);
  void insert(Timer& timer);
  void remove(Timer& timer);

  const Clock& clock_;
  base::UniqueFd epoll_;
  std::shared_ptr<WakeQueue> wakes_;
  std::vector<EventHandler*> handlers_;
  std::vector<Timer*> timers_;
  std::vector<std::uint64_t> turns_, current_turns_, current_wakes_;
  std::atomic<bool> stopping_{false};
  Time now_;
};

/// A time at which a handler is told. Set it again to move it; destruction cancels it.
class Timer {
 public:
  Timer(EventLoop& loop, EventLoop::HandlerId handler, Token token)
      : loop_(loop), handler_(handler), token_(token) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void set(Time when);
  void cancel();
  bool is_set() const { return position_ != not_set; }
  Time when() const { return when_; }

 private:
  friend class EventLoop;
  static constexpr std::size_t not_set = SIZE_MAX;

  EventLoop& loop_;
  const EventLoop::HandlerId handler_;
  const Token token_;
  Time when_{};
  std::size_t position_ = not_set;
};

}  // namespace dmarc::io
