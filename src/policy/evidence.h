// All that a message is judged by: what it says for itself, and what the checks have found.
//
// Each check (SPF, the discovery of an author's policy) asks the DNS in its own way
// (dmarc/check.h); here only its result counts. A new method is a new result here.
//
//   const Claims claims = read_claims(message, settings);
//   if (claims.form.course == Course::evaluate) ... the policies of claims.form.domains are wanted
//
// The claims tell a filter which questions to ask; with the answers they are the evidence that
// judge() decides on.
//
//   const Evidence evidence = gather(message, settings, resolver);   // with a resolver that waits
//   const Judgement judgement = judge(message, evidence, settings);
//
// A filter gathers it without waiting: filter/session.h.
#pragma once

#include <optional>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/discovery.h>
#include <dmarc/resolver.h>
#include <dmarc/spf.h>

#include "policy/authentication.h"
#include "policy/form.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "policy/trusted_results.h"

namespace dmarc::policy {

/// What a message says for itself, before anything is looked up.
struct Claims {
  mail::Author author;
  FormRuling form;
  /// Empty where the form alone has settled what is done.
  TrustedResults trusted;
  /// The signatures in trusted fields, at most max_dkim of them.
  std::vector<Authentication::Dkim> signatures;
  /// Our own SPF check makes a difference.
  bool wants_own_spf = false;
};

Claims read_claims(const Message& message, const Settings& settings);

/// Whom our own SPF check of the message is about.
spf::Request spf_request(const Message& message);

/// The identifiers of the message that may align with its author; `own_spf` is null while our own
/// check is under way.
std::vector<Candidate> candidates(const Message& message, const Claims& claims,
                                  const Settings& settings, const spf::Result* own_spf);

struct Evidence {
  Claims claims;
  std::optional<spf::Result> spf;   ///< of our own check; only where claims.wants_own_spf
  std::vector<Discovery> policies;  ///< of claims.form.domains, in the same order
};

/// For tools and tests. Asks for the policies before it waits for SPF: the owner of a slow SPF
/// record must not use up the time in which the author's policy is found out.
Evidence gather(const Message& message, const Settings& settings, dns::Resolver& resolver);

}  // namespace dmarc::policy
