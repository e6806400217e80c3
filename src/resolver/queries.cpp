#include "resolver/queries.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace dmarc::resolver {
namespace {

// A short timeout shall not be spent on the first server alone.
constexpr int tries_in_time = 4;

// Less would be a loop that does nothing else.
constexpr std::chrono::milliseconds shortest_wait{1};

}  // namespace

Queries::Queries(io::EventLoop& loop, Network& network, const StubOptions& options,
                 std::size_t max_questions, Counters& counters, Client& client)
    : loop_(loop),
      handler_(loop.attach(*this)),
      network_(network),
      options_(options),
      max_questions_(max_questions),
      retry_after_(
          std::max(std::min(options.retry_after, options.timeout / tries_in_time), shortest_wait)),
      counters_(counters),
      client_(client),
      pool_(options.servers.size()) {}

bool Queries::start(Number number, const dns::Question& question,
                    std::chrono::milliseconds patience) {
  const io::Time now = loop_.now();
  Query& query =
      queries_.try_emplace(number, *this, number, question, now + patience).first->second;
  set_timer(query, now + retry_after_);
  if (perform(number, query, query.plan.begin())) return true;
  queries_.erase(number);
  return false;
}

/// Does what the plan says; where that is impossible, what the plan says then. False when it can't
/// be done for want of means; the timer is set for another attempt.
bool Queries::perform(Number number, Query& query, Step step) {
  while (const auto* ask = std::get_if<Ask>(&step)) {
    switch (transmit(number, query, *ask)) {
      case Sent::yes:
        return true;
      case Sent::no_means:
        query.lacks_means = true;
        return false;
      case Sent::server_unreachable:
        break;
    }
    pool_.unreachable(ask->server, loop_.now());
    step = query.plan.unreachable(ask->server);
  }
  if (auto* answer = std::get_if<dns::Answer>(&step)) finish(number, query, std::move(*answer));
  return true;
}

Queries::Sent Queries::transmit(Number number, Query& query, Ask ask) {
  const std::size_t place = place_for(query, ask);
  Transmission& transmission = query.transmissions[place];
  const bool again = transmission.exchange && transmission.ask == ask &&
                     transmission.edns == query.plan.edns() && transmission.exchange->repeat();
  if (!again) {
    const Sent sent = open_exchange(number, query, ask, place);
    if (sent != Sent::yes) return sent;
  }
  transmission.order = ++query.sent;
  query.latest = place;
  query.lacks_means = false;
  Counters::count(ask.transport == Transport::udp ? counters_.sent_udp : counters_.sent_tcp);
  set_timer_after(query, ask);
  return Sent::yes;
}

Queries::Sent Queries::open_exchange(Number number, Query& query, Ask ask, std::size_t place) {
  const bool edns = query.plan.edns();
  Octets message =
      encode_query(query.plan.asked(),
                   {.id = network_.query_id(), .edns = edns, .want_ad = believes_ad(ask.server)});
  const ServerAddress& server = options_.servers[ask.server];
  errno = 0;
  auto exchange = ask.transport == Transport::udp
                      ? exchange_by_udp(network_.connect_udp(server), std::move(message))
                      : exchange_by_tcp(network_.connect_tcp(server), std::move(message));
  if (!exchange) return is_want_of_means(errno) ? Sent::no_means : Sent::server_unreachable;

  // The token tells the exchange as well; a query that has ended meanwhile is not found any more.
  const io::Token token = number * max_exchanges + place;
  if (loop_.watch(exchange->descriptor(), exchange->events(), handler_, token))
    return Sent::no_means;
  ++open_;
  query.transmissions[place] = {{exchange.release(), Close(open_)}, ask, edns, 0};
  return Sent::yes;
}

/// Which exchange asks: the one that asked the same server before; otherwise one more, if there is
/// room; otherwise the one whose query was sent longest ago makes room.
std::size_t Queries::place_for(const Query& query, Ask ask) const {
  const auto& all = query.transmissions;
  const auto is_open = [](const Transmission& each) { return each.exchange != nullptr; };
  const auto same = std::ranges::find_if(
      all, [&](const Transmission& each) { return is_open(each) && each.ask == ask; });
  if (same != all.end()) return static_cast<std::size_t>(same - all.begin());
  const auto free = std::ranges::find_if_not(all, is_open);
  const std::size_t beyond_first = open_ - std::min(open_, queries_.size());
  const bool room = beyond_first < max_questions_ * (exchanges_each - 1);
  const bool first = std::ranges::none_of(all, is_open);
  if (free != all.end() && (first || room)) return static_cast<std::size_t>(free - all.begin());
  std::size_t oldest = query.latest;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (is_open(all[i]) && all[i].order < all[oldest].order) oldest = i;
  return oldest;
}

void Queries::set_timer_after(Query& query, Ask ask) {
  // A large answer by TCP takes a few round trips; half of what time is left leaves the other half
  // to another server.
  const io::Time now = loop_.now();
  const auto tcp_patience = (query.deadline - now) / 2;
  set_timer(query, now + (ask.transport == Transport::udp
                              ? retry_after_
                              : std::max<io::Time::duration>(retry_after_, tcp_patience)));
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
  // The other exchanges ask for something that is out of date now.
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
    finish(token, query,
           query.lacks_means ? dns::Answer::failed(dns::Failure::own_limit) : query.plan.expired());
    return;
  }
  set_timer(query, now + retry_after_);
  perform(token, query, query.plan.retry());
}

void Queries::finish(Number number, Query& query, dns::Answer answer) {
  const dns::Question question = std::move(query.question);
  queries_.erase(number);
  client_.finished(number, question, std::move(answer));
}

/// The AD bit is only as good as the path to the server (RFC 4035 section 4.9.3 "Handling of the
/// AD Bit").
bool Queries::believes_ad(std::size_t server) const {
  return options_.trust_ad || options_.servers[server].address.is_loopback();
}

}  // namespace dmarc::resolver
