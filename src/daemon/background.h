// Going to the background, such that whoever started the daemon learns how the start went.
//
//   auto background = Background::enter();   // two processes until here: only the child returns
//   ... open the socket, write the pid file; on failure background->failed(status)
//   background->ready();                     // now the parent exits with status 0
//
// Until ready() the child keeps the terminal, so that its complaints are seen.
//
// Threads: enter() before any exist; they don't survive fork().
#pragma once

#include <tl/expected.hpp>

#include "base/unique_fd.h"
#include "daemon/failure.h"

namespace dmarc::daemon {

class Background {
 public:
  /// The object of a process that stays in the foreground: its functions do nothing.
  Background() = default;

  static tl::expected<Background, Failure> enter();

  /// Tells the parent that the daemon runs, and lets go of the terminal.
  void ready();
  /// Makes the parent exit with this status.
  void failed(int status);

 private:
  explicit Background(base::UniqueFd parent) : parent_(std::move(parent)) {}
  base::UniqueFd parent_;
};

}  // namespace dmarc::daemon
