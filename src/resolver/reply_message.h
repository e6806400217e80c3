// The answer side of DNS messages (RFC 1035 section 4 "Messages"), decoded by ldns into an Answer.
//
// Total over any octets; the message has passed is_reply_to() of query_message.h before.
//
// Limits: of more than max_records records of the type asked for, the first max_records are taken;
// a message has at most 65535 octets by its format.
#pragma once

#include <optional>

#include <dmarc/resolver.h>

#include "resolver/query_message.h"

namespace dmarc::resolver {

/// Some large organisations publish 80 TXT records at one name, nobody hundreds.
inline constexpr std::size_t max_records = 256;

/// Kept for a negative answer without a SOA record: RFC 2308 section 5 "Caching Negative Answers"
/// says that such answers should not be cached; a few seconds spare the server a burst of mail.
inline constexpr std::uint32_t negative_ttl_without_soa = 5;

struct Reply {
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

Reply decode_reply(OctetView message, const dns::Question& question);

}  // namespace dmarc::resolver
