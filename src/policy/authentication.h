// The SPF result that a message is judged by, and how many signatures are.
//
// With SPFSelfValidate our own check decides, whatever its result: a field never takes its place.
// Otherwise the result comes from the first of
//   1. the believed Authentication-Results fields: the topmost result for the identity,
//   2. the topmost Received-SPF field. Nothing shows who wrote it.
// With SPFIgnoreResults from neither.
//
// An SPF result from a field counts only when it names the identity of this message: the domain of
// MAIL FROM, or with a null reverse-path the HELO name (RFC 7208 section 2.4 "The "MAIL FROM"
// Identity").
//
// Limits: max_dkim signatures are kept. Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/spf.h>

#include "mail/auth_results.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

/// Each signature that is evaluated costs a tree walk; genuine mail carries a handful.
inline constexpr std::size_t max_dkim = 20;

/// Only a pass authenticates.
MethodOutcome outcome_of(mail::ResultWord word);

/// What can be an identifier: a name of letters, digits, hyphens and underscores.
std::optional<dns::Name> host_name(std::string_view text);

/// Of more than max_dkim keeps those that authenticate and are nearest to an author domain.
void keep_nearest(std::vector<Authentication::Dkim>& signatures,
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

/// `own` is the result of our own check; null when it was not made.
SpfFinding find_spf(const Message& message, const Settings& settings,
                    std::span<const mail::MethodResult> upstream, const spf::Result* own);

}  // namespace dmarc::policy
