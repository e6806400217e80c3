// AutoRestart: a process that starts the filter again when it dies.
//
//   if (auto done = restart_when_it_dies(limits, pid_file, log); !done) ...
//   // only a filter gets here; the calling process stays inside the function
//
// A service manager does this better; it is there because OpenDMARC has it.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "config/configuration.h"
#include "daemon/process.h"
#include "log/event.h"

namespace dmarc::daemon {

/// How many more restarts the limits allow. A value.
class RestartBudget {
 public:
  explicit RestartBudget(const config::RestartLimits& limits) : limits_(limits) {}

  /// Nothing when the filter may be restarted now, which is then counted; otherwise the event that
  /// names the limit.
  std::optional<log::Id> take(std::chrono::steady_clock::time_point now);

 private:
  config::RestartLimits limits_;
  std::deque<std::chrono::steady_clock::time_point> taken_;  ///< as many as a limit looks back on
};

/// Returns in each filter that it starts, a child of the caller. In the caller it never returns: it
/// writes its own id into `pid_file`, hands signals on (TERM and INT as TERM, HUP and USR1 as HUP,
/// USR2), and exits with the filter's status when that has ended in order, could not start at all,
/// or the limits are reached (status 69).
///
/// Threads: before any exist. The signals are blocked by the caller.
tl::expected<void, FatalError> restart_when_it_dies(const config::RestartLimits& limits,
                                                    const std::string& pid_file, log::Sink& log);

}  // namespace dmarc::daemon
