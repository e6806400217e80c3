// The authentication results that a message is judged by, each identity as a value.
//
// Signatures come from trusted Authentication-Results fields. The SPF result comes from the first
// of
//   1. a pass in a trusted Authentication-Results field (unless SPFIgnoreResults),
//   2. our own check, if SPFSelfValidate is on,
//   3. any other result in a trusted Authentication-Results field,
//   4. the topmost Received-SPF field, when SPFSelfValidate is off (and not SPFIgnoreResults). It
//      never overrules the others: nothing shows who wrote it.
//
// An SPF result from a field counts only when it names the identity of this message: the domain of
// MAIL FROM, or with a null reverse-path the HELO name (RFC 7208 section 2.4 "The "MAIL FROM"
// Identity").
//
// Limits: max_dkim results are kept; of more, those that authenticate and are nearest to an author
// domain. Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/spf.h>

#include "mail/auth_results.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "policy/trusted_results.h"

namespace dmarc::policy {

/// Each signature that is evaluated costs a tree walk; genuine mail carries a handful.
inline constexpr std::size_t max_dkim = 20;

/// The signatures in trusted fields.
std::vector<Authentication::Dkim> believed_signatures(const TrustedResults& upstream,
                                                      std::span<const dns::Name> authors);

/// What SPF can authenticate in a message; nothing when neither MAIL FROM nor HELO is usable.
struct SpfIdentity {
  dns::Name domain;
  spf::Scope scope = spf::Scope::mailfrom;
};
std::optional<SpfIdentity> spf_identity(const Message& message);

struct SpfFinding {
  Authentication::SpfSource source = Authentication::SpfSource::none;
  std::optional<SpfInput> input;
  std::optional<mail::ResultWord> result;  ///< nothing without a source
  spf::Scope scope = spf::Scope::mailfrom;
};

/// True when our own check decides: `upstream`, the SPF results of trusted fields, has no pass that
/// comes before it.
bool wants_own_spf(const Message& message, const Settings& settings,
                   std::span<const mail::MethodResult> upstream);

/// `own` is the result of our own check; null when it was not made.
SpfFinding find_spf(const Message& message, const Settings& settings,
                    std::span<const mail::MethodResult> upstream, const spf::Result* own);

}  // namespace dmarc::policy
