#include "milter/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace dmarc::milter {
namespace {

// Occupies one worker until it is let go.
class Blocker {
 public:
  explicit Blocker(WorkerPool& pool)
      : task_(pool.submit([this] {
          begun_.set_value();
          release_.get_future().wait();
        })) {
    begun_.get_future().wait();
  }
  ~Blocker() {
    release_.set_value();
    task_->await();
  }

 private:
  std::promise<void> begun_;
  std::promise<void> release_;
  std::shared_ptr<WorkerPool::Task> task_;
};

TEST(WorkerPool, work_runs_once_and_is_done_after_await) {
  WorkerPool pool(2);
  std::atomic<int> runs{0};
  const auto task = pool.submit([&] { ++runs; });
  task->await();
  task->await();
  EXPECT_EQ(runs, 1);
}

TEST(WorkerPool, work_that_no_worker_has_begun_runs_in_the_thread_that_wants_it) {
  WorkerPool pool(1);
  const Blocker blocker(pool);
  std::thread::id runner;
  pool.submit([&] { runner = std::this_thread::get_id(); })->await();
  EXPECT_EQ(runner, std::this_thread::get_id());
}

TEST(WorkerPool, a_pool_without_threads_leaves_everything_to_await) {
  WorkerPool pool(0);
  bool ran = false;
  const auto task = pool.submit([&] { ran = true; });
  EXPECT_FALSE(ran);
  task->await();
  EXPECT_TRUE(ran);
}

TEST(WorkerPool, cancelled_work_never_begins_and_lets_go_of_what_it_held) {
  WorkerPool pool(1);
  const Blocker blocker(pool);
  auto held = std::make_shared<int>(1);
  const auto task = pool.submit([held] { FAIL() << "ran after it was cancelled"; });
  EXPECT_TRUE(task->cancel());
  EXPECT_EQ(held.use_count(), 1);
  task->await();
  EXPECT_FALSE(task->cancel());
}

TEST(WorkerPool, work_in_progress_can_not_be_cancelled) {
  WorkerPool pool(1);
  std::promise<void> begun;
  std::promise<void> release;
  const auto task = pool.submit([&] {
    begun.set_value();
    release.get_future().wait();
  });
  begun.get_future().wait();
  EXPECT_FALSE(task->cancel());
  release.set_value();
  task->await();
}

TEST(WorkerPool, what_the_work_throws_reaches_await) {
  WorkerPool pool(1);
  const auto task = pool.submit([] { throw std::runtime_error("broken"); });
  EXPECT_THROW(task->await(), std::runtime_error);
}

TEST(WorkerPool, work_beyond_the_queue_is_left_to_await) {
  WorkerPool pool(1);
  const Blocker blocker(pool);
  std::atomic<int> runs{0};
  std::vector<std::shared_ptr<WorkerPool::Task>> tasks;
  for (int i = 0; i < 5000; ++i)
    tasks.push_back(pool.submit([&] { ++runs; }));
  for (const auto& task : tasks)
    task->await();
  EXPECT_EQ(runs, 5000);
}

TEST(WorkerPool, many_threads_can_want_the_same_result) {
  WorkerPool pool(2);
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> runs{0};
    const auto task = pool.submit([&] { ++runs; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { task->await(); });
    for (std::thread& thread : threads)
      thread.join();
    EXPECT_EQ(runs, 1);
  }
}

TEST(WorkerPool, its_end_leaves_waiting_work_to_its_owner) {
  std::shared_ptr<WorkerPool::Task> task;
  bool ran = false;
  {
    WorkerPool pool(0);
    task = pool.submit([&] { ran = true; });
  }
  EXPECT_FALSE(ran);
  task->await();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace dmarc::milter
