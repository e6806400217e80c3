// Plays text scenarios of the DNS: what is asked, what is sent to which server, what comes back and
// when. The resolver under test runs on an event loop whose clock the scenario moves and on sockets
// whose other ends it holds, so nothing waits and each run is the same.
//
//   servers: a b
//
//   case: a query without reply goes to the next server
//     ask a.example TXT
//     sent a a.example TXT
//     time 800ms
//     sent b a.example TXT
//     reply b
//       | a.example TXT "x"
//     answer a.example TXT: records: x (ttl 300)
//
// Lines before the first case hold for every case. In it:
//
//   set OPTION VALUE       an option of StubOptions, before anything is asked: timeout=5s,
//                          retry_after, max_ttl, max_negative_ttl, failure_ttl, max_stale,
//                          stale_after; max_in_flight=0, max_per_asker=32
//   ask NAME TYPE [by WHO] somebody asks; WHO is one of those between whom places are divided
//   drop WHO               WHO wants nothing any more
//   waiting NAME TYPE by WHO, under_way NAME TYPE by WHO
//                          the question waits for its turn, or has been sent
//   descriptors none, descriptors some
//                          no socket can be opened, or can again
//   sent SERVER NAME TYPE [by TCP] [without EDNS]
//                          a query has gone to the server
//   reply SERVER [N]       the server replies to the last query that it got, or to its Nth; the
//                          lines that follow, each behind "|", are its zone and its FAULTs
//                          (support/dns_faults.h)
//   break SERVER           what the server's last query was sent by breaks: by UDP the port is
//                          closed, by TCP the connection
//   down SERVER, up SERVER the server cannot be reached, or can again
//   time 800ms             time passes: ms, s, m, h
//   answer NAME TYPE: TEXT the answer has come: outcome or failure, records, "(ttl 300)",
//                          "(ttl 5, stale)"
//   counted NAME N         a counter of StubStatistics: shared, cache_hits, timeouts, rejected,
//                          stale_served, sent_udp, sent_tcp, suspended, abandoned, never_sent
//
// Everything that is sent and every answer has to be named, in its order, before anything else
// happens; so "nothing is sent" need not be said.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dmarc::test {

struct DnsStep {
  unsigned line = 0;
  std::string keyword, arguments;
  std::string zone;  ///< of reply
};

struct DnsCase {
  std::string title;
  unsigned line = 0;
  std::vector<std::string> servers;
  std::vector<DnsStep> steps;
};

/// Throws std::runtime_error with "NAME:LINE: why" for a text that can't be understood.
std::vector<DnsCase> parse_dns_scenario(std::string_view text, const std::string& name);

/// Empty when all went as written; otherwise "LINE: what went otherwise".
std::string play(const DnsCase& played);

/// What a hundred questions come to when of each ten queries to the only server the first `lost`
/// get no reply.
struct LossyRun {
  unsigned queries = 0;
  unsigned answers = 0;  ///< with records
};
LossyRun ask_a_hundred(unsigned lost);

}  // namespace dmarc::test
