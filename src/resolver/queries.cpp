#include "resolver/queries.h"

#include <algorithm>
#include <utility>

namespace dmarc::resolver {
namespace {

// A short timeout shall not be spent on the first server alone.
constexpr int tries_in_time = 4;

// Less would be a loop that does nothing else.
constexpr std::chrono::milliseconds shortest_wait{1};

}  // namespace

Queries::Queries(io::EventLoop& loop, Network& network, const StubOptions& options,
                 Counters& counters, Client& client)
    : loop_(loop),
      handler_(loop.attach(*this)),
      network_(network),
      options_(options),
      retry_after_(
          std::max(std::min(options.retry_after, options.timeout / tries_in_time), shortest_wait)),
      counters_(counters),
      client_(client),
      pool_(options.servers.size()) {}

void Queries::start(const dns::Question& question, std::chrono::milliseconds patience) {
  const io::Time now = loop_.now();
  const Number number = ++last_number_;
  Query& query =
      queries_.try_emplace(number, *this, number, question, now + patience).first->second;
  set_timer(query, now + retry_after_);
  perform(number, query, query.plan.begin());
}

/// Does what the plan says; where that is impossible, what the plan says then.
void Queries::perform(Number number, Query& query, Step step) {
  while (const auto* ask = std::get_if<Ask>(&step)) {
    if (transmit(number, query, *ask)) return;
    pool_.unreachable(ask->server, loop_.now());
    step = query.plan.unreachable(ask->server);
  }
  if (auto* answer = std::get_if<dns::Answer>(&step)) finish(number, query, std::move(*answer));
}

bool Queries::transmit(Number number, Query& query, Ask ask) {
  Octets message = encode_query(
      query.plan.asked(),
      {.id = network_.query_id(), .edns = query.plan.edns(), .want_ad = believes_ad(ask.server)});
  const bool udp = ask.transport == Transport::udp;
  const ServerAddress& server = options_.servers[ask.server];
  auto exchange = udp ? exchange_by_udp(network_.connect_udp(server), std::move(message))
                      : exchange_by_tcp(network_.connect_tcp(server), std::move(message));
  if (!exchange) return false;

  const std::size_t older = (query.latest + 1) % max_exchanges;
  query.latest = query.transmissions[query.latest].exchange ? older : query.latest;
  // The token tells the exchange as well; a query that has ended meanwhile is not found any more.
  const io::Token token = number * max_exchanges + query.latest;
  if (loop_.watch(exchange->descriptor(), exchange->events(), handler_, token)) return false;
  query.transmissions[query.latest] = {std::move(exchange), ask};
  Counters::count(udp ? counters_.sent_udp : counters_.sent_tcp);

  // A large answer by TCP takes a few round trips; half of what time is left leaves the other half
  // to another server.
  const io::Time now = loop_.now();
  const auto tcp_patience = (query.deadline - now) / 2;
  set_timer(query,
            now + (udp ? retry_after_ : std::max<io::Time::duration>(retry_after_, tcp_patience)));
  return true;
}

void Queries::set_timer(Query& query, io::Time when) {
  query.timer.set(std::min(when, query.deadline));
}

void Queries::ready(io::Token token, std::uint32_t) {
  const Number number = token / max_exchanges;
  const auto found = queries_.find(number);
  if (found == queries_.end()) return;
  Query& query = found->second;
  Transmission& transmission = query.transmissions[token % max_exchanges];
  if (!transmission.exchange) return;

  const Exchange::State state = transmission.exchange->proceed(*buffer_);
  Counters::count(counters_.rejected, transmission.exchange->take_rejected());
  if (state == Exchange::State::waiting) return;
  const Transmission ended = std::exchange(transmission, {});
  if (state == Exchange::State::replied) {
    handle_reply(number, query, ended);
    return;
  }
  // A server without TCP still answers by UDP.
  if (ended.ask.transport == Transport::udp) pool_.unreachable(ended.ask.server, loop_.now());
  perform(number, query, query.plan.unreachable(ended.ask.server));
}

void Queries::handle_reply(Number number, Query& query, const Transmission& ended) {
  pool_.answered(ended.ask.server);
  DecodedReply reply = decode_reply(ended.exchange->reply(), query.plan.asked());
  reply.answer.authenticated = reply.answer.authenticated && believes_ad(ended.ask.server);
  // The other exchange asks for something that is out of date now.
  if (reply.kind == DecodedReply::Kind::alias) query.transmissions = {};
  perform(number, query,
          query.plan.replied(ended.ask.server, ended.ask.transport, std::move(reply)));
}

void Queries::expired(io::Token token) {
  const auto found = queries_.find(token);
  if (found == queries_.end()) return;
  Query& query = found->second;
  const io::Time now = loop_.now();
  const Transmission& latest = query.transmissions[query.latest];
  if (latest.exchange) pool_.silent(latest.ask.server, now);
  if (now >= query.deadline) {
    Counters::count(counters_.timeouts);
    finish(token, query, query.plan.expired());
    return;
  }
  set_timer(query, now + retry_after_);
  perform(token, query, query.plan.retry());
}

void Queries::finish(Number number, Query& query, dns::Answer answer) {
  const dns::Question question = std::move(query.question);
  queries_.erase(number);
  client_.finished(question, std::move(answer));
}

/// The AD bit is only as good as the path to the server (RFC 4035 section 4.9.3 "Handling of the
/// AD Bit").
bool Queries::believes_ad(std::size_t server) const {
  return options_.trust_ad || options_.servers[server].address.is_loopback();
}

}  // namespace dmarc::resolver
