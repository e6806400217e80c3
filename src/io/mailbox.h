// Tells a thread that sleeps in epoll_wait() which of its connections can go on.
//
//   mailbox->post(id);                      // any thread
//   epoll reports mailbox->fd() readable
//   for (auto id : mailbox->take()) ...     // the thread itself
//
// Shared by whoever may still post when the thread is no more. Threads: post() from any.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "base/unique_fd.h"

namespace dmarc::io {

class Mailbox {
 public:
  /// Throws std::system_error when the kernel gives no descriptor.
  Mailbox();

  int fd() const { return event_.get(); }
  void post(std::uint64_t id);
  /// Everything posted since the last time.
  std::vector<std::uint64_t> take();

 private:
  base::UniqueFd event_;
  std::mutex mutex_;
  std::vector<std::uint64_t> posted_;
};

}  // namespace dmarc::io
