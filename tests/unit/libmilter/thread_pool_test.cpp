#include "libmilter/thread_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

namespace dmarc::libmilter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

/// The thread on which a task of the pool runs.
std::thread::id thread_of_task(ThreadPool& pool) {
  std::promise<std::thread::id> ran;
  pool.run([&] { ran.set_value(std::this_thread::get_id()); });
  return ran.get_future().get();
}

TEST(CrewTest, no_task_waits_for_another) {
  ThreadPool pool({.idle = 1, .idle_time = hours(1)});
  std::promise<void> first, second;
  pool.run([&] {
    second.get_future().wait();
    first.set_value();
  });
  pool.run([&] { second.set_value(); });
  first.get_future().wait();
}

TEST(CrewTest, a_thread_that_is_free_takes_the_next_task) {
  ThreadPool pool({.idle = 1000, .idle_time = hours(1)});
  // A thread needs a moment to become free; until then others are made.
  std::set<std::thread::id> seen;
  while (seen.insert(thread_of_task(pool)).second)
    std::this_thread::yield();
}

TEST(CrewTest, without_room_for_idle_threads_every_task_is_done) {
  ThreadPool pool({.idle = 0, .idle_time = hours(1)});
  for (int i = 0; i < 100; ++i)
    thread_of_task(pool);
}

TEST(CrewTest, threads_that_leave_lose_no_task) {
  ThreadPool pool({.idle = 8, .idle_time = milliseconds(0)});
  for (int i = 0; i < 1000; ++i)
    thread_of_task(pool);
}

TEST(CrewTest, an_idle_crew_can_go) {
  ThreadPool pool({.idle = 4, .idle_time = hours(1)});
  for (int i = 0; i < 10; ++i)
    thread_of_task(pool);
}

}  // namespace
}  // namespace dmarc::libmilter
