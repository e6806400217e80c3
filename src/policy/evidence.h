// All that a message is judged by: what it says for itself, and what the checks have found.
//
// Each check (SPF, the discovery of an author's policy) asks the DNS in its own way
// (dmarc/check.h); here only its result counts. A new method is a new result here.
//
//   const Evidence evidence = gather(message, settings, resolver);   // with a resolver that waits
//   const Judgement judgement = judge(message, evidence, settings);
//
// A filter gathers it without waiting: filter/session.h.
#pragma once

#include <optional>
#include <vector>

#include <dmarc/discovery.h>
#include <dmarc/resolver.h>

#include "policy/claims.h"
#include "spf/check.h"

namespace dmarc::policy {

struct Evidence {
  Claims claims;
  std::optional<spf::Result> spf;   ///< of our own check; only where claims.wants_own_spf
  std::vector<Discovery> policies;  ///< of claims.form.domains, in the same order
};

/// For tools and tests. Asks for the policies before it waits for SPF: the owner of a slow SPF
/// record must not use up the time in which the author's policy is found out.
Evidence gather(const Message& message, const Settings& settings, dns::Resolver& resolver);

}  // namespace dmarc::policy
