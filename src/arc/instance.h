// The instance that each field of an ARC set has (RFC 8617 section 4.2.1 "Instance Tags").
//
// Threads: pure functions. Limits: 1 to max_arc_sets.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dmarc::arc {

/// "1" to "50", without a sign or leading zeros.
std::optional<unsigned> read_instance(std::string_view text);

struct InstancePrefix {
  unsigned instance = 0;
  std::size_t size = 0;  ///< octets up to and with the semicolon
};

/// The beginning of an unfolded ARC-Authentication-Results value, "i=1;": what follows is a value
/// of Authentication-Results (RFC 8617 section 4.1.1 "ARC-Authentication-Results (AAR)").
std::optional<InstancePrefix> read_instance_prefix(std::string_view text);

}  // namespace dmarc::arc
