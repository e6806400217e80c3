// The mechanisms that ask the DNS about more than another record (RFC 7208 section 5 "Mechanism
// Definitions"): a, mx, ptr and exists. For include see evaluation.cpp.
#include <algorithm>

#include "spf/evaluation.h"
#include "spf/limits.h"

namespace dmarc::spf {
namespace {

bool is_failure(const dns::Answer& answer) {
  return answer.outcome == dns::Outcome::temporary_failure;
}

}  // namespace

dns::Question Evaluation::question(Mechanism mechanism, const dns::Name& target) {
  switch (mechanism) {
    case Mechanism::include:
      return {target, dns::Type::txt};
    case Mechanism::mx:
      return {target, dns::Type::mx};
    case Mechanism::ptr:
      return client_names_.question();
    case Mechanism::exists:
      // RFC 7208 section 5.7 "exists": the type is A whatever the client's family.
      return {target, dns::Type::a};
    default:
      return {target, address_type(identity_.client)};
  }
}

bool Evaluation::in_network(const Directive& directive, const base::IpAddress& network) const {
  const unsigned length = network.is_v4() ? directive.prefix4 : directive.prefix6;
  return identity_.client.in_network(network, length);
}

bool Evaluation::holds_client(const Directive& directive, const dns::Answer& addresses) const {
  const auto& records = addresses.records;
  return std::any_of(records.begin(), records.end(), [&](const std::string& octets) {
    const auto address = base::IpAddress::from_octets(octets);
    return address && in_network(directive, *address);
  });
}

std::optional<Trouble> Evaluation::count_void(const dns::Question& question) {
  if (++void_lookups_ <= options_.max_void_lookups) return {};
  return too_many_void_lookups(options_.max_void_lookups, question);
}

// The answer to a term's own question: a failure, perhaps a void look-up too many, or what the
// mechanism looks for.
Evaluation::Progress Evaluation::read_answer(Frame& frame) {
  const Directive& directive = frame.directive();
  const dns::Question asked = question(directive.mechanism, *frame.target);
  const dns::AnswerPtr answer = questions_.find(asked);
  if (!answer) return Progress::waits;
  if (is_failure(*answer)) {
    // RFC 7208 section 5.5 "ptr (do not use)": a failure does not match.
    if (directive.mechanism == Mechanism::ptr) return no_match(frame);
    return finish(failed_lookup(*answer, asked));
  }
  if (answer->outcome != dns::Outcome::records) {
    if (auto trouble = count_void(asked)) return finish(*std::move(trouble));
  }
  switch (directive.mechanism) {
    case Mechanism::mx:
      return read_mx(frame, *answer);
    case Mechanism::ptr:
      client_names_.read(*answer);
      frame.stage = Stage::hosts;
      return Progress::on;
    case Mechanism::exists:
      return answer->records.empty() ? no_match(frame) : match(frame);
    default:
      return holds_client(directive, *answer) ? match(frame) : no_match(frame);
  }
}

// RFC 7208 section 5.4 "mx".
Evaluation::Progress Evaluation::read_mx(Frame& frame, const dns::Answer& answer) {
  frame.hosts = mx_hosts(answer);
  if (frame.hosts.size() > max_mx_hosts) return finish(too_many_mx_hosts(*frame.target));
  for (const dns::Name& host : frame.hosts)
    questions_.foresee({host, address_type(identity_.client)});
  frame.next_host = 0;
  frame.host_without_address.reset();
  frame.stage = Stage::hosts;
  return Progress::on;
}

// An mx term with hosts that have no address counts as one void look-up, and only when it does not
// match: RFC 7208 section 4.6.4 limits "the number of terms", and neither the order of the MX
// records nor a client of the other address family should decide the result.
Evaluation::Progress Evaluation::read_hosts(Frame& frame) {
  const Directive& directive = frame.directive();
  if (directive.mechanism == Mechanism::ptr) return read_client_names(frame);
  const dns::Type type = address_type(identity_.client);
  for (; frame.next_host < frame.hosts.size(); ++frame.next_host) {
    const dns::Question asked{frame.hosts[frame.next_host], type};
    const dns::AnswerPtr addresses = questions_.find(asked);
    if (!addresses) return Progress::waits;
    if (is_failure(*addresses)) return finish(failed_lookup(*addresses, asked));
    if (holds_client(directive, *addresses)) return match(frame);
    if (addresses->records.empty()) frame.host_without_address = frame.next_host;
  }
  if (frame.host_without_address)
    if (auto trouble = count_void({frame.hosts[*frame.host_without_address], type}))
      return finish(*std::move(trouble));
  return no_match(frame);
}

// Names that are not below the target need no validation.
Evaluation::Progress Evaluation::read_client_names(Frame& frame) {
  if (!client_names_.validate(questions_, &*frame.target)) return Progress::waits;
  return client_names_.any_below(*frame.target) ? match(frame) : no_match(frame);
}

}  // namespace dmarc::spf
