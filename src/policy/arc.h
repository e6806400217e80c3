// What a trusted filter found of the message's ARC chain (RFC 8617). ARC is historic and no input
// to DMARC: a chain never changes the result. It may excuse a failing message from its policy, when
// every sealer is one that the administrator trusts (DomainWhitelist).
//
// Threads: a pure function. Limits: max_arc_sets seals and results of sealers are looked at.
#pragma once

#include <vector>

#include "log/event.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "policy/trusted_results.h"

namespace dmarc::policy {

struct ArcFinding {
  Arc arc;
  std::vector<log::Event> events;
};

/// The chain's result is that of the topmost believed field that has one: "pass", and only once.
/// The sets themselves are what the message says, unverified.
ArcFinding read_arc(const Message& message, const Settings& settings,
                    const TrustedResults& upstream);

}  // namespace dmarc::policy
