// The hosts of an MX answer, in order of preference.
#pragma once

#include <vector>

#include <dmarc/resolver.h>

namespace dmarc::spf {

/// Exchanges whose addresses can be asked for: a null MX (RFC 7505) and names that no question can
/// hold are left out. Hosts of equal preference stay in the order received.
std::vector<dns::Name> mx_hosts(const dns::Answer& answer);

}  // namespace dmarc::spf
