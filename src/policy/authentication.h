// The authentication results that a message is judged by: gathered from trusted fields and from our
// own checks, each identity as a value.
//
// Limits: max_dkim results are kept; of more, those that authenticate and are nearest to an author
// domain. Threads: pure but for `own_spf`, which is called at most once.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <dmarc/domain_name.h>

#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "policy/trusted_results.h"

namespace dmarc::policy {

/// Each signature that is evaluated costs a tree walk; genuine mail carries a handful.
inline constexpr std::size_t max_dkim = 20;

/// The signatures, from trusted fields.
Authentication authenticate_signatures(const TrustedResults& upstream,
                                       std::span<const dns::Name> authors);

/// Adds what SPF says of the envelope sender.
void authenticate_sender(Authentication& authentication, const Message& message,
                         const Settings& settings, const TrustedResults& upstream,
                         const std::function<spf::Result()>& own_spf);

/// Evaluates each author domain with those results.
std::vector<Verdict> evaluate_authors(std::span<const dns::Name> authors,
                                      const Authentication& authentication, const Options& options,
                                      dns::Resolver& resolver);

}  // namespace dmarc::policy
