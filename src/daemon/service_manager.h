// Telling systemd how the service is (sd_notify(3)); without systemd nothing happens.
//
// Threads: the functions send one datagram each and keep nothing.
#pragma once

#include <sys/types.h>

namespace dmarc::daemon::service_manager {

/// The process to be watched may be another than the one that was started, as in the background.
void ready(pid_t main_process);
/// For its watchdog, if it watches; more often than WatchdogSec.
void alive();
void reloading();
void stopping();

}  // namespace dmarc::daemon::service_manager
