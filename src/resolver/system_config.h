// The servers of /etc/resolv.conf.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resolver/server_address.h"

namespace dmarc::resolver {

struct SystemConfig {
  std::vector<ServerAddress>
      servers;            ///< never empty: 127.0.0.1 when the file names none (resolv.conf(5))
  bool trust_ad = false;  ///< "options trust-ad"
};

/// Lines that are not understood are ignored, as the C library does.
SystemConfig parse_resolv_conf(std::string_view text);

/// Reads the file; one that is missing or unreadable counts as empty.
SystemConfig read_resolv_conf(const std::string& path = "/etc/resolv.conf");

}  // namespace dmarc::resolver
