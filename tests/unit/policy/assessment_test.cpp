#include "policy/assessment.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dmarc::policy {
namespace {

Verdict verdict(std::string_view domain, Result result,
                std::optional<Policy> policy = std::nullopt) {
  Verdict made(*dns::Name::parse(domain));
  made.result = result;
  made.policy = policy;
  if (result == Result::temperror) made.reason = "timeout";
  return made;
}

const Verdict pass = verdict("pass.com", Result::pass, Policy::reject);
const Verdict none = verdict("none.com", Result::none);
const Verdict temperror = verdict("temperror.com", Result::temperror);
const Verdict failing_none = verdict("p-none.com", Result::fail, Policy::none);
const Verdict failing_quarantine = verdict("p-quarantine.com", Result::fail, Policy::quarantine);
const Verdict failing_reject = verdict("p-reject.com", Result::fail, Policy::reject);

FormRuling clean() {
  return {};
}

FormRuling defective() {
  FormRuling form;
  form.problem = "what was wrong";
  return form;
}

/// "fail by p-reject.com"
std::string outcome(const std::vector<Verdict>& verdicts, const FormRuling& form) {
  const Assessment assessment = assess(verdicts, form);
  EXPECT_EQ(assessment.verdicts.size(), verdicts.size());
  return std::string(to_string(assessment.result)) + " by " +
         assessment.verdicts.front().author.text();
}

TEST(Assessment, is_the_verdict_when_there_is_one) {
  EXPECT_EQ(outcome({pass}, clean()), "pass by pass.com");
  EXPECT_EQ(outcome({none}, clean()), "none by none.com");
  EXPECT_EQ(outcome({failing_none}, clean()), "fail by p-none.com");
  EXPECT_EQ(outcome({failing_reject}, clean()), "fail by p-reject.com");
  EXPECT_EQ(outcome({temperror}, clean()), "temperror by temperror.com");
  EXPECT_EQ(assess({temperror}, clean()).reason, "timeout");
  EXPECT_EQ(assess({pass}, clean()).policy, Policy::reject);
  EXPECT_EQ(assess({failing_reject}, clean()).reason, "");
}

TEST(Assessment, passes_only_when_every_domain_passes) {
  EXPECT_EQ(outcome({pass, pass}, clean()), "pass by pass.com");
  EXPECT_EQ(outcome({pass, none}, clean()), "none by none.com");
  EXPECT_EQ(outcome({pass, failing_none}, clean()), "fail by p-none.com");
  EXPECT_EQ(outcome({pass, temperror}, clean()), "temperror by temperror.com");
}

TEST(Assessment, applies_the_strictest_policy_that_fails) {
  EXPECT_EQ(outcome({failing_none, pass, failing_quarantine}, clean()), "fail by p-quarantine.com");
  EXPECT_EQ(outcome({failing_quarantine, failing_reject, failing_none}, clean()),
            "fail by p-reject.com");
  EXPECT_EQ(assess({pass, failing_reject}, clean()).reason, "several author domains");
}

TEST(Assessment, lets_a_temporary_error_stand_behind_an_enforced_policy_only) {
  EXPECT_EQ(outcome({temperror, failing_reject}, clean()), "fail by p-reject.com");
  EXPECT_EQ(outcome({temperror, failing_quarantine}, clean()), "fail by p-quarantine.com");
  EXPECT_EQ(outcome({failing_none, temperror}, clean()), "temperror by temperror.com");
}

TEST(Assessment, never_passes_a_from_with_a_defect) {
  const Assessment assessment = assess({pass}, defective());
  EXPECT_EQ(assessment.result, Result::permerror);
  EXPECT_EQ(assessment.reason, "what was wrong");
  EXPECT_EQ(assessment.policy, std::nullopt);
  EXPECT_EQ(outcome({none, pass}, defective()), "permerror by none.com");
  EXPECT_EQ(outcome({failing_none}, defective()), "permerror by p-none.com");
}

TEST(Assessment, keeps_the_domains_of_a_from_with_a_defect_protected) {
  const Assessment assessment = assess({pass, failing_reject}, defective());
  EXPECT_EQ(assessment.result, Result::fail);
  EXPECT_EQ(assessment.policy, Policy::reject);
  EXPECT_EQ(assessment.reason, "what was wrong");
  EXPECT_EQ(outcome({failing_quarantine, pass}, defective()), "fail by p-quarantine.com");
  EXPECT_EQ(outcome({pass, temperror}, defective()), "temperror by temperror.com");
}

TEST(Assessment, is_a_permanent_error_when_there_is_no_domain) {
  const Assessment assessment = assess({}, defective());
  EXPECT_EQ(assessment.result, Result::permerror);
  EXPECT_EQ(assessment.reason, "what was wrong");
  EXPECT_TRUE(assessment.verdicts.empty());
}

TEST(Assessment, keeps_the_other_verdicts_in_their_order) {
  const Assessment assessment = assess({pass, none, failing_reject, failing_none}, clean());
  std::vector<std::string> order;
  for (const Verdict& each : assessment.verdicts)
    order.push_back(each.author.text());
  EXPECT_EQ(order,
            (std::vector<std::string>{"p-reject.com", "pass.com", "none.com", "p-none.com"}));
}

}  // namespace
}  // namespace dmarc::policy
