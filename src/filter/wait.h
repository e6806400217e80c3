// For callers that have a thread to wait with.
//
//   const policy::Judgement judgement = wait_for_judgement(session, macros);
#pragma once

#include "filter/session.h"

namespace dmarc::filter {

/// The end of the session's message, judged when the answers of the DNS are there or their time is
/// up.
policy::Judgement wait_for_judgement(Session& session, const Macros& macros);

}  // namespace dmarc::filter
