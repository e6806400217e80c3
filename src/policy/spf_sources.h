// Where this message's SPF result comes from: a trusted Authentication-Results field, our own check
// or a Received-SPF field.
//
//   1. A pass in a trusted Authentication-Results field (unless SPFIgnoreResults).
//   2. Our own check, if SPFSelfValidate is on.
//   3. Any other result in a trusted Authentication-Results field.
//   4. The topmost Received-SPF field, when SPFSelfValidate is off (and not SPFIgnoreResults):
//      nothing shows who wrote it, so it never outdoes the others.
//
// A result from a field counts only when it names the identity of this message: the domain of MAIL
// FROM, or with a null reverse-path the HELO name (RFC 7208 section 2.4 "The "MAIL FROM"
// Identity").
//
// Threads: pure but for `own_spf`, which is called at most once.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "mail/auth_results.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "spf/check.h"

namespace dmarc::policy {

struct SpfFinding {
  Authentication::SpfSource source = Authentication::SpfSource::none;
  std::optional<SpfInput> input;
  std::string result;  ///< the word: "pass", "softfail", ...; empty when there is none
  spf::Scope scope = spf::Scope::mailfrom;
  std::optional<spf::Result> own;  ///< when it was checked here
};

/// `upstream`: the SPF results of trusted Authentication-Results fields.
SpfFinding find_spf(const Message& message, const Settings& settings,
                    std::span<const mail::MethodResult> upstream,
                    const std::function<spf::Result()>& own_spf);

}  // namespace dmarc::policy
