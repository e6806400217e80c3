// Reverse-paths that tell which delivery has bounced (VERP).
//
//   const std::string sender = verp_address(bounces, {report_id, destination_tag(uri)});
//   // "dmarc-bounces+3f2a91-5be0c2d1@example.org"
//   const auto tag = read_verp(bounces, recipient_of_the_bounce);
//
// A report's identifier is known to nobody but those who got the report, so a bounce that names it
// was brought about by the delivery; anybody can make up the rest of a bounce.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sending/address.h"

namespace dmarc::sending {

/// Characters of a bounce address's local part: with a report's identifier and the tag, no more
/// than max_local_part.
inline constexpr std::size_t max_bounce_local = 22;

struct VerpTag {
  std::string report_id;
  std::string destination;  ///< destination_tag() of the URI that the report went to

  friend bool operator==(const VerpTag&, const VerpTag&) = default;
};

/// Eight hexadecimal digits that tell apart the destinations of one report.
std::string destination_tag(std::string_view uri);

std::string verp_address(const Address& bounces, const VerpTag& tag);

/// Nothing for an address that is not of that form.
std::optional<VerpTag> read_verp(const Address& bounces, std::string_view address);

}  // namespace dmarc::sending
