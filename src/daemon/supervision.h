// What the main thread does while the filter runs: it waits for signals, reads the configuration
// again, tells systemd how the service is, and ends it such that no message is cut off.
//
//   Signals signals;                          // first of all, before any thread exists
//   switch (signals.wait(timeout)) { ... }    // Wish::reload: load_again(); Wish::stop: drain()
//
// Threads: one, except for Signals::engine_ended().
#pragma once

#include <sys/types.h>
#include <tl/expected.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "config/configuration.h"
#include "filter/connection_limit.h"
#include "io/listener.h"
#include "log/event.h"
#include "sandbox/folders.h"

namespace dmarc::daemon {

/// TERM and INT ask for the end, HUP and USR1 for a reload, USR2 for the statistics.
enum class Wish { stop, reload, statistics, engine_ended };

/// Signals as something to wait for. No other signal does anything, but KILL, those of a crash and
/// those with which a terminal stops a process; no handler ever runs.
class Signals {
 public:
  /// Blocks the signals in this thread and in all that it starts. Throws std::system_error.
  Signals();

  /// What is wanted next; nothing when `timeout` passes. Without one it waits for ever.
  std::optional<Wish> wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// Makes wait() return Wish::engine_ended. From any thread.
  void engine_ended();

 private:
  base::UniqueFd signals_;
  base::UniqueFd ended_;
};

/// Telling systemd how the service is (sd_notify(3)), one datagram each; without systemd nothing
/// happens.
namespace service_manager {

/// The process to be watched may be another than the one that was started, as in the background.
void ready(pid_t main_process);
/// For its watchdog, if it watches; more often than WatchdogSec.
void alive();
void reloading();
void stopping();

}  // namespace service_manager

/// Reads the configuration again; the error is to be logged, and the old one stays. `confined_to`
/// is absent when any folder can be used.
///
/// What an editor or a full disk has left half-written is not taken for a decision: a file without
/// a single option, one whose last line has no line end (unless it had none before:
/// `may_be_unfinished`), one that changes while it is read.
tl::expected<config::Configuration, log::Event> load_again(
    const std::string& path, const std::optional<sandbox::Folders>& confined_to,
    bool may_be_unfinished = true);

struct DrainLimits {
  /// For messages in progress. Meanwhile a new connection waits for the next process, which has to
  /// start as well; Postfix gives it up after its milter_connect_timeout, 30 s.
  std::chrono::milliseconds messages{20'000};
  /// For connections whose client is between two messages, when new connections wait for the next
  /// process: as long, because the client's next message is deferred, or let in unfiltered, by the
  /// MTA otherwise ...
  std::chrono::milliseconds idle{20'000};
  /// ... and when they are refused until it has started: then waiting costs more messages than it
  /// saves.
  std::chrono::milliseconds idle_unheld{200};
};

/// Takes no more connections; with a socket that systemd holds they wait there for the next
/// process. Messages in progress are finished. A connection whose client is
/// between two messages stays as long as that costs nobody else anything, so that it may send its
/// next message, or go.
///
/// Returns when nothing is under way any more, when the time is up, or at a second signal to stop.
void drain(io::Listener& listener, const filter::ConnectionLimit& connection_limit,
           Signals& signals, log::Sink& sink, const DrainLimits& limits = {});

}  // namespace dmarc::daemon
