// A delivery status notification (RFC 3464) that came back for a report.
//
//   const Bounce bounce = read_bounce(message);
//   for (const auto& address : bounce.delivered_to) read_verp(bounces, address);
//   if (const auto* recipient = bounce.decisive()) recipient->is_hard() ...
//
// Anybody can send such a message, so it is believed only when it came to an address that tells
// which delivery it is about (sending/verp.h); what it says of recipients is never used as an
// address. Mail that is no notification, such as an answer from a machine, has no recipients.
//
// Limits: what goes beyond them is not read. Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::sending {

/// Parts of the message, and fields or recipients of a part, that are looked at. Genuine bounces
/// have three parts and one recipient.
inline constexpr std::size_t max_bounce_parts = 20;
inline constexpr std::size_t max_bounced_recipients = 100;

struct BouncedRecipient {
  std::string action;      ///< "failed", "delayed", ...; lower case
  std::string status;      ///< "5.1.1" (RFC 3463); empty when it is not of that form
  std::string diagnostic;  ///< what the server said, printable ASCII; may be empty

  /// It will not work another time. A mailbox that is full and a message that is too large are no
  /// reason to send nothing any more.
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

}  // namespace dmarc::sending
