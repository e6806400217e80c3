// The question side of DNS messages (RFC 1035 section 4 "Messages"): questions encoded, and the
// check that a message is the reply to one, which ldns leaves out.
//
//   const Octets query = encode_query(question, {.id = random});
//   ... send it, receive `message` ...
//   if (is_reply_to(message, query)) reply = decode_reply(message, question);
//
// Total over any octets received.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <dmarc/resolver.h>

namespace dmarc::resolver {

using Octets = std::vector<std::uint8_t>;
using OctetView = std::span<const std::uint8_t>;

/// Announced to servers: answers up to this size cross every usual link without fragments.
inline constexpr std::uint16_t edns_payload = 1232;

struct QueryOptions {
  std::uint16_t id = 0;
  bool edns = true;
  bool want_ad = false;  ///< RFC 6840 section 5.7 "Setting the AD Bit on Queries"
};

Octets encode_query(const dns::Question& question, QueryOptions options);

/// True when the message is a reply with the id and the question of the query. A reply that only
/// reports an error may come without question.
bool is_reply_to(OctetView message, OctetView query);

/// The message as TCP carries it, with its length in front (RFC 1035 section 4.2.2 "TCP usage").
Octets framed(OctetView message);
inline constexpr std::size_t frame_length_size = 2;

}  // namespace dmarc::resolver
