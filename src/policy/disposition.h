// What is done with a message, given its result: the administrator's choice, within what the Domain
// Owner asks for (RFC 9989 sections 5.4 "Policy Enforcement Considerations" and 7.4
// "Interoperability Considerations").
//
//   result, policy     option                       action                         applied
//   pass, none         -                            accept                         none
//   temperror, own     any                          451 4.3.2                      none
//   temperror, reject  TempErrorAction enforced     451 4.7.0 with RejectFailures  none
//   temperror          TempErrorAction tempfail     451 4.7.1                      none
//                      otherwise                    accept                         none
//   permerror          -                            accept                         none
//   fail, none         -                            accept                         none
//   fail, quarantine   HoldQuarantinedMessages      accept, and hold               quarantine
//                      without                      proceed                        none
//   fail, reject       RejectFailures               550 5.7.1 RejectString         reject
//                      without                      proceed                        none
//   incomplete         RejectFailures               550 5.7.1                      reject
//
// A temporary failure can be the sender's choice: a signature may name a domain whose servers are
// dead. So with TempErrorAction enforced nothing gets in by it that the policy of an author would
// keep out. A policy that can't be looked up asks for nothing.
//
// "Own": a limit that this process has for all messages together kept an answer away
// (dns::Failure::own_limit). Whoever can fill such a limit must not get anything in by it, so the
// message is deferred whenever the answer could change the result, also where it might have shown
// that trusted forwarders excuse a failure.
//
// A failing message whose ARC chain passed, and all of whose sealers are in DomainWhitelist, is
// accepted instead of rejected or put on hold.
//
// "Incomplete", whatever the result: a limit was reached, so there may be author domains that were
// not evaluated, or forged fields that can't all be removed. Whoever enforces policies can't let
// that through.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/assessment.h"
#include "policy/judgement.h"
#include "policy/override_reason.h"
#include "policy/settings.h"

namespace dmarc::policy {

struct Disposition {
  Action action = Action::accept;
  std::optional<Reply> reply;
  std::optional<std::string> hold_reason;
  Policy applied = Policy::none;
  bool own_limit = false;      ///< deferred because of dns::Failure::own_limit
  bool spared_by_arc = false;  ///< trusted forwarders kept it from being rejected or held
  /// Why that is not what the Domain Owner asks for; empty when it is.
  std::string note;
  /// Of a failing message: the same for aggregate reports, and what the record itself is the reason
  /// of. Two at most.
  std::vector<OverrideReason> overrides;
};

Disposition dispose(const Assessment& assessment, const FormRuling& form, const Settings& settings,
                    const Arc& arc);

/// `550 5.7.1 text`, or 451 with that code; the text is made printable and cut to what libmilter
/// takes.
Reply reject_reply(std::string_view text);
Reply tempfail_reply(std::string_view enhanced, std::string_view text);

}  // namespace dmarc::policy
