#include "policy/assessment.h"

#include <algorithm>
#include <utility>

namespace dmarc::policy {
namespace {

enum Severity {
  passed,
  no_policy,
  permanent_error,
  unenforced,
  temporary_error,
  quarantined,
  rejected
};

Severity severity(const Verdict& verdict) {
  switch (verdict.result) {
    case Result::pass:
      return passed;
    case Result::none:
      return no_policy;
    case Result::permerror:
      return permanent_error;
    case Result::temperror:
      return temporary_error;
    case Result::fail:
      break;
  }
  switch (verdict.policy.value_or(Policy::none)) {
    case Policy::none:
      return unenforced;
    case Policy::quarantine:
      return quarantined;
    case Policy::reject:
      break;
  }
  return rejected;
}

bool is_milder(const Verdict& a, const Verdict& b) {
  return severity(a) < severity(b);
}

}  // namespace

Assessment assess(std::vector<Verdict> verdicts, const FormRuling& form) {
  Assessment assessment;
  assessment.reason = form.problem;
  if (verdicts.empty()) return assessment;

  const auto worst = std::ranges::max_element(verdicts, is_milder);
  std::rotate(verdicts.begin(), worst, worst + 1);
  const Verdict& decided = verdicts.front();
  if (form.problem.empty() || severity(decided) >= temporary_error) {
    assessment.result = decided.result;
    assessment.policy = decided.policy;
    if (decided.result == Result::temperror || form.problem.empty()) {
      assessment.reason = decided.reason;
    }
    if (assessment.reason.empty() && decided.result != Result::pass && verdicts.size() > 1) {
      assessment.reason = "several author domains";
    }
  }
  assessment.verdicts = std::move(verdicts);
  return assessment;
}

}  // namespace dmarc::policy
