// Threads for tasks that take long: each task has one for itself, and no task waits for another.
//
//   ThreadPool pool;
//   pool.run([...] { ... });   // on a thread that is free, else on a new one
//
// A thread that has done its task stays for a while, because to make one costs as much as a
// message: the kernel's part, a fresh stack, and memory that the C library hands over to it.
//
// Threads: run() from any. A task must not throw. Tasks that are under way when the pool is
// destroyed are not waited for.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace dmarc::libmilter {

class ThreadPool {
 public:
  using Task = std::function<void()>;

  struct Limits {
    std::size_t idle;                     ///< threads without a task
    std::chrono::milliseconds idle_time;  ///< how long one stays
  };

  explicit ThreadPool(Limits limits);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Throws std::system_error when there is neither a free thread nor a new one.
  void run(Task task);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dmarc::libmilter
