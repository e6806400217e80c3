// The end of the daemon, such that no message is cut off.
//
// New connections are no longer taken; with a socket that systemd holds they wait there for the
// next process. Messages in progress are finished. A connection without one gets a moment in which
// the client may send its next message, because the MTA would have to defer that message otherwise.
#pragma once

#include <chrono>

#include "daemon/signals.h"
#include "filter/connection_limit.h"
#include "io/listener.h"
#include "log/event.h"

namespace dmarc::daemon {

struct DrainLimits {
  /// For messages in progress. A connection that waits for the next process meanwhile is given up
  /// by Postfix after its milter_connect_timeout of 30 s, and the next process has to start as
  /// well.
  std::chrono::milliseconds messages{20'000};
  /// For connections between two messages, when new connections wait for the next process ...
  std::chrono::milliseconds idle{2'000};
  /// ... and when they are refused until it has started: then every moment costs more messages than
  /// it saves.
  std::chrono::milliseconds idle_unheld{200};
};

/// Returns when nothing is under way any more, when the time is up, or at a second signal to stop.
void drain(io::Listener& listener, const filter::ConnectionLimit& connection_limit,
           Signals& signals, log::Sink& sink, const DrainLimits& limits = {});

}  // namespace dmarc::daemon
