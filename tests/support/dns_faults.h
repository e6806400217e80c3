// The text that drives a DnsServer: zone data (see dns/zone.h) and, mixed with it, faults.
//
//   slow.example    TXT    "v=spf1 -all"
//   slow.example    FAULT  delay=200ms
//   lossy.example   FAULT  drop=2             (its first two queries get no answer)
//   spoof.example   FAULT  wrong-id then-answer
//   *               FAULT  truncate           (every name without a FAULT line of its own)
//
// The words after FAULT; several may stand in one line, and several lines at one name add up:
//
//   delay=200ms, delay=2s  answer so much later; other queries are not held up
//   hold                   answer when DnsServer::release() is called
//   drop                   never answer
//   drop=N                 answer from the (N+1)th query on
//   loss=30                so many of a hundred queries get no answer, by chance
//   servfail, refused      answer with this code
//   formerr-edns           FORMERR to a query with EDNS, an ordinary answer without
//   truncate               by UDP nothing but the TC bit
//   wrong-id               the id of the answer is not that of the query
//   wrong-question         the question in the answer is another
//   garbage                octets that are no DNS message
//   malformed              the right header and question, then octets that are no record
//   spoofed-source         the answer comes from another port
//   then-answer            the five before: the right answer follows
//   by-tcp                 the same five: only by TCP
//   slow-tcp=5ms           by TCP one octet at a time, with this pause between
//   close-tcp              close a TCP connection instead of answering
//   ttl=SECONDS            of every record in the answer, also the SOA's MINIMUM; otherwise 300
//   no-soa                 negative answers without SOA record
//   first-alias            of a chain of CNAMEs only the first
//   ad                     set the AD bit
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <dmarc/zone.h>

namespace dmarc::test {

enum class Forgery { none, wrong_id, wrong_question, garbage, malformed, spoofed_source };

struct DnsFault {
  std::chrono::milliseconds delay{0};
  bool hold = false;
  unsigned drop_first = 0;  ///< queries; UINT_MAX for all
  unsigned loss = 0;        ///< of a hundred queries
  dns::Failure failure = dns::Failure::none;
  bool formerr_on_edns = false;
  bool truncate = false;
  Forgery forgery = Forgery::none;
  bool then_answer = false;
  bool forges_only_tcp = false;
  std::optional<std::chrono::milliseconds> slow_tcp;
  bool close_tcp = false;
  std::uint32_t ttl = 300;
  bool no_soa = false;
  bool first_alias_only = false;
  bool authentic = false;
};

/// The data and faults of one server.
struct DnsScript {
  dns::Zone zone;
  std::unordered_map<std::string, DnsFault> faults;  ///< by name; "*" for all others

  static tl::expected<DnsScript, dns::ZoneError> parse(std::string_view text);

  const DnsFault& fault_of(const dns::Name& name) const;
};

}  // namespace dmarc::test
