// When an ARC chain that was verified here excuses a failing message from its policy.
//
// ARC is historic and no input to DMARC: a chain never changes the result. RFC 9989 section 7.4
// leaves it to the receiver to act on what trusted forwarders say. Here that takes a chain that
// passes, sealers whom the administrator trusts one and all (DomainWhitelist), and the word of the
// first of them that the message was authentic when it came to him. A chain alone proves no more
// than who handled the message.
//
//   if (wants_own_arc(settings)) ... an arc::Check is begun at the end of the header
//
// Threads: pure functions.
#pragma once

#include <span>

#include <dmarc/discovery.h>

#include "arc/check.h"
#include "mail/auth_results.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

/// True where a chain may make a difference, or ARCSelfValidate asks for it anyway. A message
/// without ARC fields costs nothing then: its chain is empty.
bool wants_own_arc(const Settings& settings);

arc::Options arc_options(const Message& message);

/// True when each sealer is in DomainWhitelist; false without sealers.
bool are_whitelisted(const arc::Result& chain, const Settings& settings);

/// What the first sealer found is a pass for the author: dmarc=pass, or a pass of DKIM or SPF whose
/// domain aligns. His dmarc=fail outweighs both.
bool vouch_for(const mail::AuthResults& results, const Discovery& author);

/// All of it, for each of the authors; false without an author.
bool excuses(const arc::Result& chain, std::span<const Discovery> authors,
             const Settings& settings);

}  // namespace dmarc::policy
