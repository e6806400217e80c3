// Bounces of reports: reverse-paths that tell which delivery has bounced (VERP), and the delivery
// status notifications (RFC 3464) that come back to them.
//
//   const std::string sender = verp_address(bounces, {report_id, destination_tag(uri)});
//   // "dmarc-bounces+3f2a91-5be0c2d1@example.org"
//
//   const Bounce bounce = read_bounce(message);
//   for (const auto& address : bounce.delivered_to) read_verp(bounces, address);
//   if (const auto* recipient = bounce.decisive()) recipient->is_hard() ...
//
// Anybody can send such a message, so it is believed only when it came to an address that names a
// delivery: a report's identifier is known only to those who got the report, so a bounce that names
// it was caused by the delivery. What a bounce says of recipients is never used as an address. Mail
// that is not a notification, such as an answer from a machine, has no recipients.
//
// Limits: what goes beyond them is not read. Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sending/addresses.h"

namespace dmarc::sending {

/// Parts of the message, and fields or recipients of a part, that are looked at. Genuine bounces
/// have three parts and one recipient.
inline constexpr std::size_t max_bounce_parts = 20;
inline constexpr std::size_t max_bounced_recipients = 100;

struct BouncedRecipient {
  std::string action;      ///< "failed", "delayed", ...; lower case
  std::string status;      ///< "5.1.1" (RFC 3463); empty when it is not of that form
  std::string diagnostic;  ///< what the server said, printable ASCII; may be empty

  /// Another attempt would fail as well. A mailbox that is full, a message that is too large and a
  /// rule of the receiver are no reason to send nothing any more.
  bool is_hard() const;
};

struct Bounce {
  /// Addresses in the fields that say where the message was delivered to.
  std::vector<std::string> delivered_to;
  std::vector<BouncedRecipient> recipients;

  /// The recipient that decides: the first that bounced hard, otherwise the first; null without
  /// one.
  const BouncedRecipient* decisive() const;
};

Bounce read_bounce(std::string_view message);

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

std::string verp_address(const MailAddress& bounces, const VerpTag& tag);

/// Nothing for an address that is not of that form.
std::optional<VerpTag> read_verp(const MailAddress& bounces, std::string_view address);

}  // namespace dmarc::sending
