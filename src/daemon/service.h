// The running daemon: from a configuration to a filter that answers, and to its end.
//
//   Signals signals;
//   serve({options, configuration, reload_path, socket}, signals);
//
// The order of the start is that of OpenDMARC: limits, user, working directory, privileges, umask,
// background, socket, pid file, and only then threads.
//
// The main thread becomes the supervisor (supervision.h). It ends the process by _exit(), because
// libmilter's threads can't be stopped.
#pragma once

#include <optional>
#include <string>

#include "config/configuration.h"
#include "daemon/options.h"
#include "daemon/supervision.h"

namespace dmarc::daemon {

/// What the daemon was started with.
struct Startup {
  Options options;
  config::Configuration configuration;
  std::string reload_path;  ///< absolute; empty when there is nothing that can be read again
  std::optional<int> passed_socket;  ///< from systemd; then the option Socket does not count
};

/// Filters until a signal ends it. Also ends the process when the start fails, with the reason on
/// stderr.
[[noreturn]] void serve(const Startup& startup, Signals& signals);

}  // namespace dmarc::daemon
