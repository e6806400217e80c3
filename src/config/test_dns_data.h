// The file of the option TestDNSData.
//
//   _dmarc.example.org  v=DMARC1; p=reject
//   example.org         v=spf1 ip4:192.0.2.1 -all     # a comment
//
// One TXT record a line: the name, blanks, the text up to "#" or the end of the line.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>

#include "dns/zone.h"

namespace dmarc::config {

/// The error is one clause: "line 3: ...".
tl::expected<dns::Zone, std::string> parse_test_dns_data(std::string_view text);

/// The error is one line: "PATH: can't load fake DNS data: ...".
tl::expected<dns::Zone, std::string> read_test_dns_data(const std::string& path);

}  // namespace dmarc::config
