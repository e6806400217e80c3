// The messages that a DnsServer sends.
#pragma once

#include <cstddef>
#include <optional>

#include "resolver/message.h"
#include "support/dns_faults.h"

namespace dmarc::test {

/// A query as it came in.
struct DnsQuestion {
  dns::Question question;
  std::uint16_t id = 0;
  bool edns = false;
  bool wants_ad = false;
  std::size_t udp_payload = 512;  ///< what the client takes by UDP

  /// Nothing when the octets are no query for one of dns::Type.
  static std::optional<DnsQuestion> decode(resolver::OctetView message);
};

/// The answer of the zone, with what the fault says about its content; a recursive server's form: a
/// chain of CNAMEs is complete. Nothing when the zone says that the question is never answered.
std::optional<resolver::Octets> encode_answer(const DnsScript& script, const DnsQuestion& query,
                                              const DnsFault& fault);

/// Only the header and the question, with the TC bit.
resolver::Octets encode_truncated(const DnsQuestion& query);

/// What stands in for `answer` by the fault's forgery.
resolver::Octets forge(Forgery forgery, const DnsQuestion& query, resolver::Octets answer);

}  // namespace dmarc::test
