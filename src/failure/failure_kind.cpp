#include "failure/failure_kind.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::failure {

std::string_view to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::dmarc:
      break;
    case FailureKind::dkim:
      return "dkim";
    case FailureKind::spf:
      return "spf";
  }
  return "dmarc";
}

bool is_spf_failure(std::string_view result) {
  return result == "fail" || result == "softfail" || result == "permerror";
}

bool is_dkim_failure(std::string_view result) {
  return result == "fail" || result == "permerror" || result == "neutral" || result == "policy";
}

FailureFacts failure_facts(const policy::Judgement& judgement) {
  const Verdict& verdict = judgement.verdicts.front();
  const policy::Authentication& authentication = judgement.authentication;
  return {.spf_failed = is_spf_failure(authentication.spf_result),
          .spf_aligned = verdict.spf_aligned,
          .dkim_failed = std::ranges::any_of(
              authentication.dkim,
              [](const auto& signature) { return is_dkim_failure(signature.result); }),
          .dkim_aligned = verdict.dkim_aligned};
}

std::vector<FailureKind> requested_reports(const Record& record, const FailureFacts& facts) {
  if (record.ruf.empty() || record.psd == PublicSuffixFlag::yes) return {};
  std::vector<FailureKind> kinds;
  const auto options = base::split(record.fo, ':');
  const auto asks_for = [&](std::string_view option) {
    return std::ranges::find(options, option) != options.end();
  };
  const bool none_aligned = !facts.spf_aligned && !facts.dkim_aligned;
  const bool all_aligned = facts.spf_aligned && facts.dkim_aligned;
  if ((asks_for("0") && none_aligned) || (asks_for("1") && !all_aligned))
    kinds.push_back(FailureKind::dmarc);
  if (asks_for("d") && facts.dkim_failed) kinds.push_back(FailureKind::dkim);
  if (asks_for("s") && facts.spf_failed) kinds.push_back(FailureKind::spf);
  return kinds;
}

bool is_public_suffix_policy(const Verdict& verdict) {
  return std::ranges::any_of(verdict.walk, [&](const WalkStep& step) {
    return step.name == verdict.policy_domain && effective_psd(step) == PublicSuffixFlag::yes;
  });
}

std::vector<std::string> unaligned_methods(const FailureFacts& facts) {
  std::vector<std::string> methods;
  if (!facts.dkim_aligned) methods.emplace_back("dkim");
  if (!facts.spf_aligned) methods.emplace_back("spf");
  return methods;
}

}  // namespace dmarc::failure
