// What several subcommands read in the same way: files, the configuration, addresses, and the DNS
// servers to ask.
//
// Threads: functions without state.
#pragma once

#include <tl/expected.hpp>

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/ip_address.h>
#include <dmarc/resolver.h>

#include "config/configuration.h"
#include "ctl/subcommand.h"
#include "dns/lookup_session.h"

namespace dmarc::ctl {

/// Why a subcommand can't go on.
struct InputError {
  int status;
  std::string text;
};

template <typename T>
using Input = tl::expected<T, InputError>;

/// The options by which a subcommand's DNS questions are directed.
inline constexpr Flag nameserver_flag{"nameserver", "ADDRESS",
                                      "ask this DNS server (ADDRESS or ADDRESS:PORT; several)"};
inline constexpr Flag zone_flag{"zone", "FILE", "answer DNS questions from a zone file only"};
inline constexpr Flag config_flag{"config", "FILE",
                                  "take settings from FILE (default /etc/opendmarc.conf)"};
inline constexpr Flag json_flag{"json", "", "print JSON"};

/// A whole file, or standard input for "-".
Input<std::string> read_input(const std::string& path);

/// A message as it was on the wire: a file with LF alone gets CR LF throughout. One that has CR LF
/// anywhere is left as it is.
Input<std::string> read_message(const std::string& path);

/// Prints the warnings of the configuration's reader, such as a list that can't be read.
void print_warnings(std::ostream& err, const config::Configuration& settings);

/// The file of --config; without that option /etc/opendmarc.conf if it can be read, otherwise the
/// defaults with our own SPF check on.
Input<config::Configuration> read_configuration(const Arguments& arguments);

/// From --zone, --nameserver, the configuration, or the system, in this order.
Input<std::unique_ptr<dns::AsyncResolver>> make_resolver(const Arguments& arguments,
                                                         const config::Configuration& settings);

/// The value of --ip.
Input<base::IpAddress> client_address(const Arguments& arguments);

}  // namespace dmarc::ctl
