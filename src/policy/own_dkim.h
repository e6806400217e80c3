// DKIM as it was verified here (dkim/check.h), as results that a message is judged by.
//
//   if (wants_own_dkim(message, settings)) ... a dkim::Check is begun at the end of the header
//
// Threads: pure functions.
#pragma once

#include <vector>

#include "dkim/check.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

/// Before there is a message: whether any could need its body for that.
bool may_want_bodies(const Settings& settings);

/// Needs the header alone. True where our own results decide (policy/dkim_source.h). Where those of
/// fields do, true where one reports a temporary error, which counts only if we can't find that key
/// either, and where a signature has l=, which must leave nothing out.
bool wants_own_dkim(const Message& message, const Settings& settings);

/// Of such a message: no more is found out than makes a difference.
dkim::Options dkim_options(const Message& message, const Settings& settings);

mail::ResultWord result_word(dkim::Code code);

/// The signatures whose d= is a host name, in the order of the header.
std::vector<Authentication::Dkim> signatures_of(const dkim::Result& own);

/// Takes the temporary errors that others report, and `own` does not confirm, for failures. `own`
/// is null when nothing was verified here.
void confirm_temporary_errors(std::vector<Authentication::Dkim>& signatures,
                              const dkim::Result* own);

}  // namespace dmarc::policy
