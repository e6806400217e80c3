#include "libmilter/thread_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace dmarc::libmilter {

/// Shared by the pool and its threads, which may outlive it.
struct ThreadPool::State {
  explicit State(Limits given) : limits(given) {}

  const Limits limits;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> waiting;  ///< each for a thread that was idle
  std::size_t idle = 0;      ///< threads that no waiting task is meant for
  bool closing = false;

  /// True when an idle thread will do it.
  bool hand_over(Task& task) {
    {
      const std::lock_guard lock(mutex);
      if (idle == 0) return false;
      --idle;
      waiting.push_back(std::move(task));
    }
    changed.notify_one();
    return true;
  }

  /// Null when the thread is to end.
  Task next() {
    std::unique_lock lock(mutex);
    if (idle >= limits.idle || closing) return nullptr;
    ++idle;
    changed.wait_for(lock, limits.idle_time, [this] { return !waiting.empty() || closing; });
    if (waiting.empty()) {
      --idle;
      return nullptr;
    }
    Task task = std::move(waiting.front());
    waiting.pop_front();
    return task;
  }
};

ThreadPool::ThreadPool(Limits limits) : state_(std::make_shared<State>(limits)) {}

ThreadPool::~ThreadPool() {
  const std::lock_guard lock(state_->mutex);
  state_->closing = true;
  state_->changed.notify_all();
}

void ThreadPool::run(Task task) {
  if (state_->hand_over(task)) return;
  std::thread([state = state_, task = std::move(task)]() mutable {
    while (task) {
      task();
      task = state->next();
    }
  }).detach();
}

}  // namespace dmarc::libmilter
