#include "policy/evidence.h"

#include <utility>

#include <dmarc/check.h>

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
  claims.signatures = believed_signatures(claims.trusted, claims.form.domains);
  claims.wants_own_spf =
      !claims.form.domains.empty() && wants_own_spf(message, settings, claims.trusted.spf);
  return claims;
}

spf::Request spf_request(const Message& message) {
  return {message.client.value_or(local_client()), message.helo, message.sender};
}

std::vector<Candidate> candidates(const Message& message, const Claims& claims,
                                  const Settings& settings, const spf::Result* own_spf) {
  std::vector<Candidate> found;
  for (const Authentication::Dkim& signature : claims.signatures)
    found.push_back({Method::dkim, signature.input.domain, signature.input.outcome});
  if (claims.wants_own_spf && own_spf == nullptr) {
    if (auto identity = spf_identity(message))
      found.push_back({Method::spf, std::move(identity->domain), {}});
    return found;
  }
  SpfFinding spf = find_spf(message, settings, claims.trusted.spf, own_spf);
  if (spf.input) found.push_back({Method::spf, std::move(spf.input->domain), spf.input->outcome});
  return found;
}

Evidence gather(const Message& message, const Settings& settings, dns::Resolver& resolver) {
  Evidence evidence{read_claims(message, settings), {}, {}};
  const Claims& claims = evidence.claims;
  for (const dns::Name& author : claims.form.domains) {
    DiscoveryCheck check(author, settings.evaluation(),
                         candidates(message, claims, settings, nullptr));
    evidence.policies.push_back(dns::wait_for(check, resolver));
  }
  if (claims.wants_own_spf) evidence.spf = spf::check(spf_request(message), resolver, settings.spf);
  return evidence;
}

}  // namespace dmarc::policy
