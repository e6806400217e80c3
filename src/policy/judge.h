// From a message to what is done with it: the whole of end-of-message as one pure function.
//
//   policy::Judgement judgement = policy::judge(message, settings, session, own_spf);
//
// judge() is a short list of named steps (judge.cpp): header requirements, author, authentication
// results, evaluation, local policy, header fields and reply, log events. The milter turns the
// Judgement into protocol actions, `dmarcctl explain` prints it, the history and the reports are
// made from it.
//
// Threads: a pure function; the resolver is called from the calling thread.
#pragma once

#include <functional>

#include <dmarc/resolver.h>

#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "spf/check.h"

namespace dmarc::policy {

/// `own_spf` runs or awaits our own SPF check of this message; it is called at most once, and only
/// when the settings and the other results make it necessary.
Judgement judge(const Message& message, const Settings& settings, dns::Resolver& resolver,
                const std::function<spf::Result()>& own_spf);

}  // namespace dmarc::policy
