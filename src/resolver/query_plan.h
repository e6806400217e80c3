// What to do next for one question: which server to ask, whether to wait, what to conclude.
//
//   QueryPlan plan(question, pool.order(now));
//   Step step = plan.begin();            // Ask{first server, UDP}
//   step = plan.replied(server, transport, decode_reply(...));
//   step = plan.unreachable(server);     // its address refused, or the connection broke
//   step = plan.retry();                 // no reply for a while
//   Answer answer = plan.expired();      // the time for the question is over
//
// The rules: a server that does not answer in time is asked again after the others; one that
// answers with a failure is not asked again, the next one is asked at once, and the failure is
// believed once each other server has had its chance. A truncated answer is asked for again by TCP,
// a server that stumbles over EDNS without it, the end of a chain of CNAMEs that the answer leaves
// out by a question of its own.
//
// A pure state machine without clock and sockets. Threads: belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include <dmarc/resolver.h>

#include "resolver/message.h"

namespace dmarc::resolver {

enum class Transport : std::uint8_t { udp, tcp };

/// Send the question asked() to a server.
struct Ask {
  std::size_t server;
  Transport transport;
  friend bool operator==(const Ask&, const Ask&) = default;
};

/// Wait for a reply or the time to retry.
struct Wait {};

/// An Answer is the end of the question.
using Step = std::variant<Ask, Wait, dns::Answer>;

class QueryPlan {
 public:
  /// Bounds the work for one question with servers that answer quickly, but never conclude.
  static constexpr unsigned max_asks = 24;

  /// `order` lists the servers by preference; it must not be empty.
  QueryPlan(dns::Question question, std::vector<std::size_t> order);

  Step begin() { return ask(0, Transport::udp); }
  Step replied(std::size_t server, Transport transport, DecodedReply reply);
  Step unreachable(std::size_t server);
  Step retry();
  dns::Answer expired() const;

  /// The question to send: the one given, or that for the end of a chain of CNAMEs.
  const dns::Question& asked() const { return asked_; }
  bool edns() const { return edns_; }

 private:
  enum class State : std::uint8_t { untried, asked, unreachable, failed };

  struct Server {
    std::size_t index;
    State state = State::untried;
  };

  std::size_t position_of(std::size_t server) const;
  std::size_t count(State state) const;
  Step ask(std::size_t position, Transport transport);
  /// Asks a server that was not asked yet, or concludes that all have failed, or waits.
  Step next();
  Step failed(std::size_t position, dns::Failure failure);
  Step follow_alias(std::size_t position, DecodedReply reply);
  dns::Answer conclude(DecodedReply reply) const;

  dns::Question asked_;
  std::vector<Server> servers_;
  std::size_t latest_ = 0;  ///< position in `servers_` of the one asked last
  unsigned asks_ = 0;
  bool edns_ = true;
  dns::Failure failure_ = dns::Failure::none;  ///< what a server answered instead of a conclusion
  bool silence_ = false;                       ///< a server that could be reached did not answer

  // What the links of the chain of CNAMEs followed so far say.
  unsigned aliases_ = 0;
  std::uint32_t ttl_ = UINT32_MAX;
  bool authenticated_ = true;
};

}  // namespace dmarc::resolver
