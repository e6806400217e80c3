#include "milter/worker_pool.h"

#include <exception>
#include <utility>

namespace dmarc::milter {

bool WorkerPool::Task::claim() {
  const std::lock_guard lock(mutex_);
  if (stage_ != Stage::waiting) return false;
  stage_ = Stage::running;
  return true;
}

void WorkerPool::Task::run() {
  std::exception_ptr failure;
  {
    // Destroyed before the task counts as done: whoever awaits it may then rely on being the only
    // owner of what the work held.
    const auto work = std::exchange(work_, nullptr);
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }
  const std::lock_guard lock(mutex_);
  failure_ = failure;
  stage_ = Stage::done;
  finished_.notify_all();
}

void WorkerPool::Task::await() {
  if (claim()) run();
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [this] { return stage_ == Stage::done; });
  if (failure_) std::rethrow_exception(failure_);
}

bool WorkerPool::Task::cancel() {
  if (!claim()) return false;
  work_ = nullptr;
  const std::lock_guard lock(mutex_);
  stage_ = Stage::done;
  finished_.notify_all();
  return true;
}

WorkerPool::WorkerPool(std::size_t threads) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_)
    thread.join();
}

std::shared_ptr<WorkerPool::Task> WorkerPool::submit(std::function<void()> work) {
  auto task = std::make_shared<Task>(std::move(work));
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= max_queue) return task;
    queue_.push_back(task);
  }
  wake_.notify_one();
  return task;
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const std::shared_ptr<Task> task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    if (task->claim()) task->run();
    lock.lock();
  }
}

}  // namespace dmarc::milter
