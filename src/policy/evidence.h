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
#include <string_view>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/discovery.h>
#include <dmarc/resolver.h>
#include <dmarc/spf.h>

#include "arc/check.h"
#include "dkim/check.h"
#include "policy/authentication.h"
#include "policy/dkim_source.h"
#include "policy/form.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "policy/trusted_results.h"
#include "policy/upstream_dkim.h"

namespace dmarc::policy {

/// What a message says for itself, before anything is looked up.
struct Claims {
  mail::Author author;
  FormRuling form;
  /// Empty where the form alone has settled what is done.
  TrustedResults trusted;
  DkimSource dkim_source = DkimSource::nothing;
  /// What counts of their DKIM results, at most max_dkim signatures.
  UpstreamDkim upstream_dkim;
  /// Our own checks make a difference.
  bool wants_own_spf = false;
  bool wants_own_dkim = false;
  bool wants_own_arc = false;
};

Claims read_claims(const Message& message, const Settings& settings);

/// Whom our own SPF check of the message is about.
spf::Request spf_request(const Message& message);

/// What our own checks have found so far.
struct OwnFindings {
  const spf::Result* spf = nullptr;  ///< null while the check is under way
  std::vector<dkim::Check::Identifier> dkim = {};
};

/// The identifiers of the message that may align with its author.
std::vector<Candidate> candidates(const Message& message, const Claims& claims,
                                  const Settings& settings, const OwnFindings& own);

struct Evidence {
  Claims claims;
  std::optional<spf::Result> spf;    ///< of our own check; only where claims.wants_own_spf
  std::optional<dkim::Result> dkim;  ///< likewise; only where claims.wants_own_dkim
  std::optional<arc::Result> arc;    ///< likewise; only where claims.wants_own_arc
  std::vector<Discovery> policies;   ///< of claims.form.domains, in the same order
};

/// For tools and tests. Asks for the policies before it waits for SPF and keys: the owner of a slow
/// record must not use up the time in which the author's policy is found out.
Evidence gather(const Message& message, const Settings& settings, dns::Resolver& resolver,
                std::string_view body = {});

}  // namespace dmarc::policy
