// One result for a message, from the verdicts on its author domains and the form of its From field.
//
//   every domain passes, From is clean      pass
//   a policy of reject or quarantine fails  fail, by the strictest of them
//   otherwise a temporary error             temperror
//   otherwise a From that is not clean      permerror, with what is wrong with it
//   otherwise                               the worst of fail, permerror and none
//
// So a pass takes a clean From field and all of its domains, and no defect takes a domain out of
// its owner's protection (RFC 9989 section 11.5 "Denial of DMARC Processing Attacks").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dmarc/evaluate.h>

#include "policy/form.h"

namespace dmarc::policy {

struct Assessment {
  Result result = Result::permerror;
  std::vector<Verdict> verdicts;  ///< the one that decided is the first
  std::optional<Policy> policy;   ///< of that one; unset for a permerror
  std::string reason;             ///< one clause; empty for a pass or a plain fail
};

Assessment assess(std::vector<Verdict> verdicts, const FormRuling& form);

}  // namespace dmarc::policy
