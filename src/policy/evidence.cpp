#include "policy/evidence.h"

#include <utility>

#include <dmarc/check.h>

#include "dkim/canonical_body.h"
#include "dkim/key_cache.h"
#include "policy/own_arc.h"
#include "policy/own_dkim.h"

namespace dmarc::policy {
namespace {

/// The client of mail that was submitted locally, for which the MTA names no address.
base::IpAddress local_client() {
  return *base::IpAddress::parse("127.0.0.1");
}

}  // namespace

Claims read_claims(const Message& message, const Settings& settings) {
  Claims claims;
  claims.author = mail::find_author(message.header);
  claims.form = rule_on_form(message, claims.author, settings);
  if (claims.form.course != Course::evaluate) return claims;
  claims.trusted = read_trusted_results(message, settings);
  claims.dkim_source = dkim_source(message, settings);
  claims.upstream_dkim = read_upstream_dkim(message, claims.trusted, claims.dkim_source, settings);
  keep_nearest(claims.upstream_dkim.signatures, claims.form.domains);
  const bool judged = !claims.form.domains.empty();
  claims.wants_own_spf = judged && settings.spf_self_validate;
  claims.wants_own_dkim = judged && wants_own_dkim(message, settings);
  claims.wants_own_arc = judged && wants_own_arc(settings);
  return claims;
}

spf::Request spf_request(const Message& message) {
  return {message.client.value_or(local_client()), message.helo, message.sender};
}

std::vector<Candidate> candidates(const Message& message, const Claims& claims,
                                  const Settings& settings, const OwnFindings& own) {
  std::vector<Candidate> found;
  for (const Authentication::Dkim& signature : claims.upstream_dkim.signatures)
    found.push_back({Method::dkim, signature.input.domain, signature.input.outcome});
  if (claims.dkim_source == DkimSource::own)
    for (const dkim::Check::Identifier& identifier : own.dkim)
      found.push_back({Method::dkim, identifier.domain,
                       identifier.code ? std::optional(outcome_of(result_word(*identifier.code)))
                                       : std::nullopt});
  if (claims.wants_own_spf && own.spf == nullptr) {
    if (auto identity = spf_identity(message))
      found.push_back({Method::spf, std::move(identity->domain), {}});
    return found;
  }
  SpfFinding spf = find_spf(message, settings, claims.trusted.of_method("spf"), own.spf);
  if (spf.input) found.push_back({Method::spf, std::move(spf.input->domain), spf.input->outcome});
  return found;
}

Evidence gather(const Message& message, const Settings& settings, dns::Resolver& resolver,
                std::string_view body) {
  Evidence evidence{read_claims(message, settings), {}, {}, {}, {}};
  const Claims& claims = evidence.claims;
  const auto& authors = claims.form.domains;
  dkim::KeyCache keys;
  dkim::BodyHashes hashes;
  std::optional<dkim::Check> dkim;
  OwnFindings begun;
  if (claims.wants_own_dkim) {
    dkim.emplace(message.header, authors, dkim_options(message, settings), keys, hashes);
    static_cast<void>(dkim->begin());
    begun.dkim = dkim->identifiers();
  }
  for (const dns::Name& author : authors) {
    DiscoveryCheck check(author, settings.evaluation(),
                         candidates(message, claims, settings, begun));
    evidence.policies.push_back(dns::wait_for(check, resolver));
  }
  if (claims.wants_own_spf) evidence.spf = spf::check(spf_request(message), resolver, settings.spf);
  if (claims.wants_own_dkim)
    evidence.dkim = dkim::verify({message.header, body}, authors, dkim_options(message, settings),
                                 keys, resolver);
  if (claims.wants_own_arc)
    evidence.arc = arc::verify(message.header, body, arc_options(message), keys, resolver);
  return evidence;
}

}  // namespace dmarc::policy
