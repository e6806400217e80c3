#include "resolver/query_plan.h"

#include <algorithm>
#include <utility>

namespace dmarc::resolver {
QueryPlan::QueryPlan(dns::Question question, std::vector<std::size_t> order)
    : asked_(std::move(question)) {
  servers_.reserve(order.size());
  for (const std::size_t index : order)
    servers_.push_back({index});
}

Step QueryPlan::replied(std::size_t server, Transport transport, DecodedReply reply) {
  const std::size_t position = position_of(server);
  switch (reply.kind) {
    case DecodedReply::Kind::conclusion:
      return conclude(std::move(reply));
    case DecodedReply::Kind::alias:
      return follow_alias(position, std::move(reply));
    case DecodedReply::Kind::truncated:
      if (transport == Transport::udp) return ask(position, Transport::tcp);
      return failed(position, dns::Failure::malformed);
    case DecodedReply::Kind::no_edns:
      if (std::exchange(edns_, false)) return ask(position, transport);
      return failed(position, dns::Failure::refused);
    case DecodedReply::Kind::failure:
      break;
  }
  return failed(position, reply.answer.failure);
}

Step QueryPlan::unreachable(std::size_t server) {
  servers_[position_of(server)].state = State::unreachable;
  return next();
}

Step QueryPlan::retry() {
  silence_ = silence_ || count(State::asked) > 0;
  // The servers that were asked had their chance to contradict the failure.
  if (failure_ != dns::Failure::none && count(State::untried) == 0)
    return dns::Answer::failed(failure_);
  for (std::size_t i = 1; i <= servers_.size(); ++i) {
    const std::size_t position = (latest_ + i) % servers_.size();
    if (servers_[position].state != State::failed) return ask(position, Transport::udp);
  }
  return Wait{};
}

dns::Answer QueryPlan::expired() const {
  if (failure_ != dns::Failure::none) return dns::Answer::failed(failure_);
  const bool silence = silence_ || count(State::asked) > 0;
  return dns::Answer::failed(silence ? dns::Failure::timeout : dns::Failure::network);
}

std::size_t QueryPlan::position_of(std::size_t server) const {
  return static_cast<std::size_t>(std::ranges::find(servers_, server, &Server::index) -
                                  servers_.begin());
}

std::size_t QueryPlan::count(State state) const {
  return static_cast<std::size_t>(std::ranges::count(servers_, state, &Server::state));
}

Step QueryPlan::ask(std::size_t position, Transport transport) {
  if (asks_ == max_asks) return Wait{};
  ++asks_;
  latest_ = position;
  servers_[position].state = State::asked;
  return Ask{servers_[position].index, transport};
}

Step QueryPlan::next() {
  const auto untried = std::ranges::find(servers_, State::untried, &Server::state);
  if (untried != servers_.end())
    return ask(static_cast<std::size_t>(untried - servers_.begin()), Transport::udp);
  if (failure_ != dns::Failure::none && count(State::asked) == 0)
    return dns::Answer::failed(failure_);
  return Wait{};
}

Step QueryPlan::failed(std::size_t position, dns::Failure failure) {
  servers_[position].state = State::failed;
  if (failure_ == dns::Failure::none) failure_ = failure;
  return next();
}

Step QueryPlan::follow_alias(std::size_t position, DecodedReply reply) {
  aliases_ += reply.aliases;
  if (aliases_ > dns::max_aliases) return dns::Answer::failed(dns::Failure::alias);
  ttl_ = std::min(ttl_, reply.answer.ttl);
  authenticated_ = authenticated_ && reply.answer.authenticated;
  asked_.name = *std::move(reply.target);
  failure_ = dns::Failure::none;
  for (Server& server : servers_)
    server.state = State::untried;
  return ask(position, Transport::udp);
}

dns::Answer QueryPlan::conclude(DecodedReply reply) const {
  if (aliases_ + reply.aliases > dns::max_aliases) return dns::Answer::failed(dns::Failure::alias);
  dns::Answer answer = std::move(reply.answer);
  if (aliases_ == 0) return answer;
  // The name asked for first exists, whatever was found at the end of its chain.
  answer.alias = true;
  if (answer.outcome == dns::Outcome::no_such_name) answer.outcome = dns::Outcome::no_data;
  answer.ttl = std::min(answer.ttl, ttl_);
  answer.authenticated = answer.authenticated && authenticated_;
  return answer;
}

}  // namespace dmarc::resolver
