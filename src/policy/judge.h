// From evidence to what is done with a message: the whole of its end as one function of values.
//
//   const Judgement judgement = judge(message, evidence, settings);
//
// A short list of named steps (judge.cpp): the form of the message, authentication results,
// evaluation, local policy, header fields and reply, log events. A milter engine turns the
// Judgement into protocol actions, `dmarcctl explain` prints it, the history and the reports are
// made from it.
//
// Threads: a pure function.
#pragma once

#include "policy/evidence.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

Judgement judge(const Message& message, Evidence evidence, const Settings& settings);

}  // namespace dmarc::policy
