// What is known of a message's ARC chain (RFC 8617). ARC is historic and no input to DMARC: a chain
// never changes the result. One that was verified here may excuse a failing message from its
// policy (policy/own_arc.h); what a trusted filter says of a chain is recorded and logged.
//
// Threads: a pure function. Limits: max_arc_sets seals and results of sealers are looked at.
#pragma once

#include <span>
#include <vector>

#include <dmarc/discovery.h>

#include "arc/check.h"
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

/// `own` is null when the chain was not verified here: then the result is that of the topmost
/// believed field that has one, and only once. The sets themselves are what the message says. The
/// policies are those of the author domains.
ArcFinding read_arc(const Message& message, const Settings& settings,
                    const TrustedResults& upstream, const arc::Result* own,
                    std::span<const Discovery> policies);

}  // namespace dmarc::policy
