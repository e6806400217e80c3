// The loop with a clock that the test moves: no test waits.
#include "io/event_loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "support/manual_clock.h"

namespace dmarc::io {
namespace {

using namespace std::chrono_literals;

/// Writes down what it is told.
class Recorder final : public EventHandler {
 public:
  explicit Recorder(EventLoop& loop) : loop_(loop), id(loop.attach(*this)) {}

  void ready(Token token, std::uint32_t) override { note("ready ", token); }
  void expired(Token token) override { note("expired ", token); }
  void woken(Token token) override { note("woken ", token); }
  void turn(Token token) override { note("turn ", token); }

  /// What was told since the last call.
  std::string take() { return std::exchange(told_, {}); }

  std::function<void()> meanwhile;

 private:
  void note(const char* what, Token token) {
    told_ += (told_.empty() ? "" : ", ") + std::string(what) + std::to_string(token);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
  }

  EventLoop& loop_;
  std::string told_;

 public:
  const EventLoop::HandlerId id;
};

class EventLoopTest : public testing::Test {
 protected:
  std::string poll() {
    loop_.poll();
    return recorder_.take();
  }

  std::string after(Time::duration time) {
    clock_.advance(time);
    return poll();
  }

  test::ManualClock clock_;
  EventLoop loop_{clock_};
  Recorder recorder_{loop_};
};

TEST_F(EventLoopTest, timers_come_when_they_are_due_and_in_order) {
  Timer late(loop_, recorder_.id, 1), early(loop_, recorder_.id, 2), same(loop_, recorder_.id, 3);
  late.set(clock_.now() + 20ms);
  same.set(clock_.now() + 10ms);
  early.set(clock_.now() + 10ms);
  EXPECT_EQ(poll(), "");
  EXPECT_EQ(after(9ms), "");
  EXPECT_EQ(after(1ms), "expired 2, expired 3");
  EXPECT_FALSE(early.is_set());
  EXPECT_EQ(after(1h), "expired 1");
}

TEST_F(EventLoopTest, a_timer_can_be_moved_and_taken_back) {
  Timer moved(loop_, recorder_.id, 1), cancelled(loop_, recorder_.id, 2);
  {
    Timer destroyed(loop_, recorder_.id, 3);
    for (Timer* timer : {&moved, &cancelled, &destroyed})
      timer->set(clock_.now() + 10ms);
  }
  moved.set(clock_.now() + 30ms);
  cancelled.cancel();
  EXPECT_EQ(after(29ms), "");
  EXPECT_EQ(after(1ms), "expired 1");
}

TEST_F(EventLoopTest, a_timer_that_is_set_for_the_past_leaves_the_others_their_turn) {
  Timer again(loop_, recorder_.id, 1);
  again.set(clock_.now());
  recorder_.meanwhile = [&] { again.set(clock_.now()); };
  EXPECT_EQ(poll(), "expired 1");
  EXPECT_EQ(poll(), "expired 1");
  EXPECT_EQ(poll(), "");
}

TEST_F(EventLoopTest, many_timers_that_are_moved_about_come_in_order) {
  std::mt19937 random(1);
  std::vector<std::unique_ptr<Timer>> timers;
  for (Token i = 0; i < 200; ++i)
    timers.push_back(std::make_unique<Timer>(loop_, recorder_.id, i));
  const auto anywhere = [&] { return clock_.now() + 1ms * (1 + random() % 1000); };
  for (int i = 0; i < 5000; ++i) {
    Timer& timer = *timers[random() % timers.size()];
    if (random() % 4 == 0)
      timer.cancel();
    else
      timer.set(anywhere());
  }
  std::vector<std::pair<Time, Token>> expected;
  for (Token i = 0; i < timers.size(); ++i)
    if (timers[i]->is_set()) expected.emplace_back(timers[i]->when(), i);
  std::ranges::sort(expected);
  std::string text;
  for (const auto& [when, token] : expected)
    text += (text.empty() ? "expired " : ", expired ") + std::to_string(token);
  EXPECT_EQ(after(1s), text);
}

TEST_F(EventLoopTest, descriptors_are_reported_until_they_are_unwatched) {
  std::array<int, 2> ends;
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const base::UniqueFd here(ends[0]), there(ends[1]);
  ASSERT_FALSE(loop_.watch(here.get(), EPOLLIN, recorder_.id, 7));
  EXPECT_EQ(poll(), "");
  ::send(there.get(), "x", 1, 0);
  EXPECT_EQ(poll(), "ready 7");
  ASSERT_FALSE(loop_.rewatch(here.get(), EPOLLOUT, recorder_.id, 8));
  EXPECT_EQ(poll(), "ready 8");
  loop_.unwatch(here.get());
  EXPECT_EQ(poll(), "");
}

TEST_F(EventLoopTest, what_cannot_be_watched_is_an_error) {
  EXPECT_EQ(loop_.watch(-1, EPOLLIN, recorder_.id, 1), std::errc::bad_file_descriptor);
}

TEST_F(EventLoopTest, turns_come_after_the_events_and_once) {
  loop_.call_in_turn(recorder_.id, 1);
  loop_.make_wake(recorder_.id, 2)();
  recorder_.meanwhile = [&] { loop_.call_in_turn(recorder_.id, 3); };
  EXPECT_EQ(poll(), "woken 2, turn 1, turn 3");
  recorder_.meanwhile = [&] { loop_.call_in_turn(recorder_.id, 5); };
  loop_.call_in_turn(recorder_.id, 4);
  EXPECT_EQ(poll(), "turn 4");
  EXPECT_EQ(poll(), "turn 5");
}

TEST_F(EventLoopTest, wakes_come_from_other_threads_and_may_outlive_the_loop) {
  auto loop = std::make_unique<EventLoop>();
  Recorder recorder(*loop);
  const Wake wake = loop->make_wake(recorder.id, 9);
  std::thread([&] { wake(); }).join();
  loop->run_once();
  EXPECT_EQ(recorder.take(), "woken 9");
  std::thread stopper([&] { loop->stop(); });
  loop->run();
  stopper.join();
  loop.reset();
  wake();
}

TEST_F(EventLoopTest, each_handler_is_told_of_its_own) {
  Recorder other(loop_);
  loop_.make_wake(recorder_.id, 1)();
  loop_.make_wake(other.id, 1)();
  EXPECT_EQ(poll(), "woken 1");
  EXPECT_EQ(other.take(), "woken 1");
}

}  // namespace
}  // namespace dmarc::io
