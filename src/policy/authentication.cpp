#include "policy/authentication.h"

#include <algorithm>
#include <utility>

#include "policy/spf_sources.h"

namespace dmarc::policy {
namespace {

using Dkim = Authentication::Dkim;

/// header.d is the property that DMARC goes by (RFC 9989 section 4.4.1 "DKIM-Authenticated
/// Identifiers"); a value that is no host name authenticates nothing, whatever the result says.
std::optional<Dkim> read_dkim(const mail::MethodResult& result) {
  const auto* d = result.find("header", "d");
  if (d == nullptr) return std::nullopt;
  auto domain = dns::Name::parse(d->value);
  if (!domain || !domain->is_hostname()) return std::nullopt;
  Dkim dkim{{std::move(*domain), MethodOutcome::other, {}}, result.result};
  if (result.result == "pass") dkim.input.outcome = MethodOutcome::pass;
  if (result.result == "temperror") dkim.input.outcome = MethodOutcome::temperror;
  if (const auto* s = result.find("header", "s")) dkim.input.selector = s->value;
  return dkim;
}

/// The number of labels that two names have in common, from the right.
std::size_t common_labels(const dns::Name& a, const dns::Name& b) {
  std::size_t count = 0;
  const std::size_t most = std::min(a.label_count(), b.label_count());
  while (count < most && a.rightmost(count + 1) == b.rightmost(count + 1))
    ++count;
  return count;
}

std::size_t nearness(const dns::Name& domain, std::span<const dns::Name> authors) {
  std::size_t nearest = 0;
  for (const dns::Name& author : authors) {
    nearest = std::max(nearest, common_labels(domain, author));
  }
  return nearest;
}

/// Drops those least likely to decide anything when there are too many.
void limit(std::vector<Dkim>& results, std::span<const dns::Name> authors) {
  if (results.size() <= max_dkim) return;
  std::ranges::stable_sort(results, [&](const Dkim& a, const Dkim& b) {
    if (a.input.outcome != b.input.outcome) return a.input.outcome < b.input.outcome;
    return nearness(a.input.domain, authors) > nearness(b.input.domain, authors);
  });
  results.erase(results.begin() + max_dkim, results.end());
}

}  // namespace

Authentication authenticate_signatures(const TrustedResults& upstream,
                                       std::span<const dns::Name> authors) {
  Authentication authentication;
  authentication.removals = upstream.removals;
  for (const mail::MethodResult& result : upstream.dkim) {
    if (auto dkim = read_dkim(result)) authentication.dkim.push_back(std::move(*dkim));
  }
  limit(authentication.dkim, authors);
  return authentication;
}

void authenticate_sender(Authentication& authentication, const Message& message,
                         const Settings& settings, const TrustedResults& upstream,
                         const std::function<spf::Result()>& own_spf) {
  SpfFinding spf = find_spf(message, settings, upstream.spf, own_spf);
  authentication.spf_source = spf.source;
  authentication.spf = std::move(spf.input);
  authentication.spf_result = std::move(spf.result);
  authentication.spf_scope = spf.scope;
  authentication.own_spf = std::move(spf.own);
}

std::vector<Verdict> evaluate_authors(std::span<const dns::Name> authors,
                                      const Authentication& authentication, const Options& options,
                                      dns::Resolver& resolver) {
  std::vector<DkimInput> dkim;
  for (const Dkim& result : authentication.dkim)
    dkim.push_back(result.input);
  std::vector<Verdict> verdicts;
  for (const dns::Name& author : authors) {
    verdicts.push_back(evaluate({author, authentication.spf, dkim}, options, resolver));
  }
  return verdicts;
}

}  // namespace dmarc::policy
