// Telling systemd how the service is (sd_notify(3)); without systemd nothing happens.
//
// Threads: the functions send one datagram each and keep nothing.
#pragma once

namespace dmarc::daemon::service_manager {

void ready();
/// For its watchdog, if it watches; more often than WatchdogSec.
void alive();
void reloading();
void stopping();

}  // namespace dmarc::daemon::service_manager
