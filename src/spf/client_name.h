// The client's names: PTR records that its own addresses confirm (RFC 7208 section 5.5 "ptr (do not
// use)").
//
// Threads: the caller's. Limit: max_ptr_names.
#pragma once

#include <string>
#include <vector>

#include <dmarc/resolver.h>

#include "base/ip_address.h"

namespace dmarc::spf {

/// The type of the records that hold addresses of the client's family.
dns::Type address_type(const base::IpAddress& client);

/// The names of a PTR answer for the client, in order, the first max_ptr_names of them.
std::vector<dns::Name> ptr_names(const dns::Answer& answer);

/// Those of `names` that have the client's address. All are asked for at the same time; a failure
/// is as good as no address.
std::vector<dns::Name> validated(const std::vector<dns::Name>& names, const base::IpAddress& client,
                                 dns::Resolver& resolver);

/// %{p}: the validated name that is `domain`, or else below it, or else any; "unknown" when there
/// is none (RFC 7208 section 7.3 "Macro Processing Details").
std::string client_name(const base::IpAddress& client, const dns::Name& domain,
                        dns::Resolver& resolver);

}  // namespace dmarc::spf
