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

/// Needs the header alone. True where our own results decide (policy/dkim_source.h), and where a
/// field reports a temporary error: it counts only if we can't find that key either.
bool wants_own_dkim(const Message& message, const Settings& settings);

dkim::Options dkim_options(const Message& message);

mail::ResultWord result_word(dkim::Code code);

/// The signatures whose d= is a host name, in the order of the header.
std::vector<Authentication::Dkim> signatures_of(const dkim::Result& own);

/// Takes the temporary errors that others report, and `own` does not confirm, for failures. `own`
/// is null when nothing was verified here.
void confirm_temporary_errors(std::vector<Authentication::Dkim>& signatures,
                              const dkim::Result* own);

}  // namespace dmarc::policy
