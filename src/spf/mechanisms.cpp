// The mechanisms that ask the DNS (RFC 7208 section 5 "Mechanism Definitions").
#include <algorithm>

#include "base/ascii.h"
#include "spf/client_name.h"
#include "spf/evaluator.h"
#include "spf/limits.h"
#include "spf/mx_hosts.h"
#include "spf/published.h"

namespace dmarc::spf {
namespace {

bool is_failure(const dns::Answer& answer) {
  return answer.outcome == dns::Outcome::temporary_failure;
}

Trouble lookup_trouble(const dns::Answer& answer, const dns::Name& name, dns::Type type) {
  return {Code::temperror, failed_lookup(answer, name, type)};
}

}  // namespace

bool Evaluator::in_network(const Directive& directive, const base::IpAddress& network) const {
  const unsigned length = network.is_v4() ? directive.prefix4 : directive.prefix6;
  return identity_.client.in_network(network, length);
}

bool Evaluator::holds_client(const Directive& directive, const dns::Answer& addresses) const {
  const auto& records = addresses.records;
  return std::any_of(records.begin(), records.end(), [&](const std::string& octets) {
    const auto address = base::IpAddress::from_octets(octets);
    return address && in_network(directive, *address);
  });
}

std::optional<Trouble> Evaluator::examine(const dns::Answer& answer, const dns::Name& name,
                                          dns::Type type) {
  if (is_failure(answer)) return lookup_trouble(answer, name, type);
  if (answer.outcome == dns::Outcome::records) return {};
  return count_void(name, type);
}

Evaluator::MatchResult Evaluator::ask(const Directive& directive, const dns::Name& target) {
  switch (directive.mechanism) {
    case Mechanism::include:
      return ask_include(target);
    case Mechanism::mx:
      return ask_mx(directive, target);
    case Mechanism::ptr:
      return ask_ptr(directive, target);
    case Mechanism::exists:
      return ask_exists(directive, target);
    default:
      return ask_a(directive, target);
  }
}

// RFC 7208 section 5.2 "include". A void look-up needs no counting here: it is a permerror anyway.
Evaluator::MatchResult Evaluator::ask_include(const dns::Name& target) {
  Finding finding = check_host(target);
  switch (finding.code) {
    case Code::pass: {
      Match match{std::move(finding.mechanism), std::move(finding.path)};
      match.path.insert(match.path.begin(), base::printable(target.text()));
      return match;
    }
    case Code::none:
      return tl::unexpected(Trouble{Code::permerror, "included: " + finding.problem});
    case Code::permerror:
    case Code::temperror:
      return tl::unexpected(Trouble{finding.code, std::move(finding.problem)});
    case Code::neutral:
    case Code::fail:
    case Code::softfail:
      break;
  }
  return std::nullopt;
}

// RFC 7208 section 5.3 "a".
Evaluator::MatchResult Evaluator::ask_a(const Directive& directive, const dns::Name& target) {
  const dns::Type type = address_type(identity_.client);
  const dns::AnswerPtr answer = resolver_.lookup(target, type);
  if (auto trouble = examine(*answer, target, type)) return tl::unexpected(*std::move(trouble));
  if (!holds_client(directive, *answer)) return std::nullopt;
  return Match{directive.text, {}};
}

// RFC 7208 section 5.4 "mx". A term with hosts that have no address counts as one void look-up, and
// only when it does not match: section 4.6.4 limits "the number of terms", and neither the order of
// the MX records nor a client of the other address family should decide the result.
Evaluator::MatchResult Evaluator::ask_mx(const Directive& directive, const dns::Name& target) {
  const dns::AnswerPtr answer = resolver_.lookup(target, dns::Type::mx);
  if (auto trouble = examine(*answer, target, dns::Type::mx))
    return tl::unexpected(*std::move(trouble));
  const std::vector<dns::Name> hosts = mx_hosts(*answer);
  if (hosts.size() > max_mx_hosts)
    return tl::unexpected(Trouble{Code::permerror, shown(target) + " has more than " +
                                                       std::to_string(max_mx_hosts) + " MX hosts"});

  const dns::Type type = address_type(identity_.client);
  for (const dns::Name& host : hosts)
    resolver_.prefetch(host, type);
  const dns::Name* without_address = nullptr;
  for (const dns::Name& host : hosts) {
    const dns::AnswerPtr addresses = resolver_.lookup(host, type);
    if (is_failure(*addresses)) return tl::unexpected(lookup_trouble(*addresses, host, type));
    if (holds_client(directive, *addresses)) return Match{directive.text, {}};
    if (addresses->records.empty()) without_address = &host;
  }
  if (without_address != nullptr)
    if (auto trouble = count_void(*without_address, type))
      return tl::unexpected(*std::move(trouble));
  return std::nullopt;
}

// RFC 7208 section 5.5 "ptr (do not use)": a failure is no match. Names that are not below the
// target need no validation.
Evaluator::MatchResult Evaluator::ask_ptr(const Directive& directive, const dns::Name& target) {
  const dns::Name name = reverse_name(identity_.client);
  const dns::AnswerPtr answer = resolver_.lookup(name, dns::Type::ptr);
  if (is_failure(*answer)) return std::nullopt;
  if (auto trouble = examine(*answer, name, dns::Type::ptr))
    return tl::unexpected(*std::move(trouble));
  std::vector<dns::Name> names = ptr_names(*answer);
  std::erase_if(names, [&](const dns::Name& n) { return !n.is_at_or_below(target); });
  if (validated(names, identity_.client, resolver_).empty()) return std::nullopt;
  return Match{directive.text, {}};
}

// RFC 7208 section 5.7 "exists": the type is A whatever the client's family.
Evaluator::MatchResult Evaluator::ask_exists(const Directive& directive, const dns::Name& target) {
  const dns::AnswerPtr answer = resolver_.lookup(target, dns::Type::a);
  if (auto trouble = examine(*answer, target, dns::Type::a))
    return tl::unexpected(*std::move(trouble));
  if (answer->records.empty()) return std::nullopt;
  return Match{directive.text, {}};
}

}  // namespace dmarc::spf
