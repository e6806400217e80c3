// The program that failure reports leave by: ReportCommand, or dmarcctl, which speaks SMTP.
//
//   auto transport = report_command(configuration, "/etc/opendmarc.conf");
//   transport->send({"", {"f@example.org"}}, message);
//
// The filter itself, which reads what strangers write, has neither the library for SMTP and TLS nor
// the key and the password that may be needed for it.
#pragma once

#include <memory>
#include <string>

#include "config/configuration.h"
#include "sending/transport.h"

namespace dmarc::daemon {

/// `configuration_path` is the file that dmarcctl is to read; empty for the defaults.
std::unique_ptr<sending::Transport> report_command(const config::Configuration& configuration,
                                                   const std::string& configuration_path);

}  // namespace dmarc::daemon
