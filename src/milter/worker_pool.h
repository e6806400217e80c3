// Threads for work that is started early and awaited later.
//
// A task that no thread has begun when its result is wanted is run by the thread that wants it, so
// a pool that is busy (slow DNS, many connections) makes nobody wait behind others.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace dmarc::milter {

class WorkerPool {
 public:
  /// Work that runs exactly once, on a worker or in await().
  class Task {
   public:
    explicit Task(std::function<void()> work) : work_(std::move(work)) {}
    /// Runs the work if nobody has begun it, otherwise waits until it is done. Throws what the work
    /// threw.
    void await();
    /// Makes sure that the work will not begin any more and lets go of what it held; false when it
    /// has begun (then it can be awaited, or left to end).
    bool cancel();

   private:
    friend class WorkerPool;
    enum class Stage { waiting, running, done };
    bool claim();
    void run();

    std::mutex mutex_;
    std::condition_variable finished_;
    Stage stage_ = Stage::waiting;
    std::exception_ptr failure_;
    std::function<void()> work_;
  };

  explicit WorkerPool(std::size_t threads);
  /// Waits for what is running; what has not begun is left to its owner's await().
  ~WorkerPool();

  /// Queues the work; when the queue is full it is left to await().
  std::shared_ptr<Task> submit(std::function<void()> work);

 private:
  void work();

  static constexpr std::size_t max_queue = 4096;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Task>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dmarc::milter
