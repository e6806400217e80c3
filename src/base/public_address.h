// Which addresses belong to the Internet at large.
#pragma once

#include "base/ip_address.h"

namespace dmarc::base {

/// False for what only this host or its network can reach, and for what nobody can: private,
/// loopback, link-local, multicast, documentation and reserved addresses (the registries of RFC
/// 6890), also inside IPv4-mapped, NAT64 and 6to4 addresses.
bool is_public(const IpAddress& address);

}  // namespace dmarc::base
