#include "libmilter/crew.h"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

namespace dmarc::libmilter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

/// The thread on which a task of the crew runs.
std::thread::id thread_of_task(Crew& crew) {
  std::promise<std::thread::id> ran;
  crew.run([&] { ran.set_value(std::this_thread::get_id()); });
  return ran.get_future().get();
}

TEST(CrewTest, no_task_waits_for_another) {
  Crew crew({.idle = 1, .idle_time = hours(1)});
  std::promise<void> first, second;
  crew.run([&] {
    second.get_future().wait();
    first.set_value();
  });
  crew.run([&] { second.set_value(); });
  first.get_future().wait();
}

TEST(CrewTest, a_thread_that_is_free_takes_the_next_task) {
  Crew crew({.idle = 1000, .idle_time = hours(1)});
  // A thread needs a moment to become free; until then others are made.
  std::set<std::thread::id> seen;
  while (seen.insert(thread_of_task(crew)).second)
    std::this_thread::yield();
}

TEST(CrewTest, without_room_for_idle_threads_every_task_is_done) {
  Crew crew({.idle = 0, .idle_time = hours(1)});
  for (int i = 0; i < 100; ++i)
    thread_of_task(crew);
}

TEST(CrewTest, threads_that_leave_lose_no_task) {
  Crew crew({.idle = 8, .idle_time = milliseconds(0)});
  for (int i = 0; i < 1000; ++i)
    thread_of_task(crew);
}

TEST(CrewTest, an_idle_crew_can_go) {
  Crew crew({.idle = 4, .idle_time = hours(1)});
  for (int i = 0; i < 10; ++i)
    thread_of_task(crew);
}

}  // namespace
}  // namespace dmarc::libmilter
