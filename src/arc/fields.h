// Two of the fields of an ARC set (RFC 8617 section 4.1 "ARC Header Fields"), as far as the history
// records them: who sealed, and which client the sealer saw. Nothing here verifies a chain.
//
// Threads: pure functions. Limits: max_arc_value octets, instances 1 to max_arc_sets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <dmarc/domain_name.h>

namespace dmarc::arc {

struct ArcSeal {
  unsigned instance = 0;
  dns::Name domain;
  std::string selector;
};

/// Nothing if a tag occurs twice, i, d or s is missing, or d is not a host name.
std::optional<ArcSeal> parse_arc_seal(std::string_view value);

struct ArcAuthResults {
  unsigned instance = 0;
  /// The client of the sealer, if it names just one: smtp.remote-ip or smtp.client-ip of its arc
  /// result; otherwise empty. Not checked.
  std::string client_ip;
};

/// Nothing if the value does not begin with the instance or what follows is not the grammar of
/// Authentication-Results.
std::optional<ArcAuthResults> parse_arc_auth_results(std::string_view value);

}  // namespace dmarc::arc
