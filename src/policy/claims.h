// What a message says for itself, before anything is looked up: its author, its form, and the
// results of other filters that are believed.
//
//   const Claims claims = read_claims(message, settings);
//   if (claims.form.course == Course::evaluate) ... the policies of claims.form.domains are wanted
//
// Claims tell a filter which questions to ask; together with the answers they are the Evidence that
// judge() decides on.
//
// Threads: pure functions.
#pragma once

#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/discovery.h>

#include "policy/authentication.h"
#include "policy/form.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "policy/trusted_results.h"
#include "spf/check.h"

namespace dmarc::policy {

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

}  // namespace dmarc::policy
