#include "policy/evidence.h"

#include <utility>

#include <dmarc/check.h>

namespace dmarc::policy {

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
