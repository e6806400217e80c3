// DNS messages (RFC 1035 section 4 "Messages"): questions encoded, the check that a message is the
// reply to one, which ldns leaves out, and replies decoded by ldns.
//
//   const Octets query = encode_query(question, {.id = random});
//   ... send it, receive `message` ...
//   if (is_reply_to(message, query)) reply = decode_reply(message, question);
//
// Survives any octets received.
//
// Limits: of more than max_records records of the type asked for, the first max_records are taken;
// a message has at most 65535 octets by its format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// Some large organisations publish 80 TXT records at one name, nobody hundreds.
inline constexpr std::size_t max_records = 256;

/// Kept for a negative answer without a SOA record: RFC 2308 section 5 "Caching Negative Answers"
/// says that such answers should not be cached; a few seconds spare the server a burst of mail.
inline constexpr std::uint32_t negative_ttl_without_soa = 5;

/// What a reply says.
struct DecodedReply {
  enum class Kind {
    conclusion,  ///< `answer` holds records, no_data or no_such_name
    alias,       ///< a chain of CNAMEs whose end, `target`, is not in the message
    truncated,   ///< to be asked again by TCP
    no_edns,     ///< the server may not know EDNS: to be asked again without
    failure,     ///< `answer.failure` says which
  };

  Kind kind = Kind::failure;
  dns::Answer answer;  ///< the time to live and the AD bit are as received
  std::optional<dns::Name> target;
  unsigned aliases = 0;  ///< links of the chain that were followed within the message
};

DecodedReply decode_reply(OctetView message, const dns::Question& question);

}  // namespace dmarc::resolver
