#include "policy/disposition.h"

#include <gtest/gtest.h>

#include <string>

namespace dmarc::policy {
namespace {

Assessment assessment(Result result, std::optional<Policy> policy = std::nullopt) {
  Verdict verdict(*dns::Name::parse("sub.example.org"));
  verdict.result = result;
  verdict.policy = policy;
  if (policy) verdict.policy_domain = *dns::Name::parse("example.org");
  Assessment made;
  made.result = result;
  made.policy = policy;
  made.verdicts = {verdict};
  return made;
}

struct Row {
  Result result;
  std::optional<Policy> policy;
  bool reject_failures;
  bool hold;
  Action action;
  Policy applied;
  int code;
  bool held;
};

// Every outcome with every setting.
TEST(Disposition, is_that_of_the_table) {
  const auto reject = Policy::reject, quarantine = Policy::quarantine, none = Policy::none;
  const Row rows[] = {
      {Result::none, {}, false, false, Action::accept, none, 0, false},
      {Result::none, {}, true, true, Action::accept, none, 0, false},
      {Result::pass, reject, false, false, Action::accept, none, 0, false},
      {Result::pass, reject, true, true, Action::accept, none, 0, false},
      {Result::pass, quarantine, true, true, Action::accept, none, 0, false},
      {Result::permerror, {}, false, false, Action::accept, none, 0, false},
      {Result::permerror, {}, true, true, Action::accept, none, 0, false},
      {Result::temperror, {}, false, false, Action::accept, none, 0, false},
      {Result::temperror, reject, false, true, Action::accept, none, 0, false},
      {Result::temperror, reject, true, true, Action::tempfail, none, 451, false},
      {Result::temperror, quarantine, true, true, Action::accept, none, 0, false},
      {Result::temperror, {}, true, true, Action::accept, none, 0, false},
      {Result::fail, none, false, false, Action::accept, none, 0, false},
      {Result::fail, none, true, true, Action::accept, none, 0, false},
      {Result::fail, quarantine, false, false, Action::proceed, none, 0, false},
      {Result::fail, quarantine, true, false, Action::proceed, none, 0, false},
      {Result::fail, quarantine, false, true, Action::accept, quarantine, 0, true},
      {Result::fail, quarantine, true, true, Action::accept, quarantine, 0, true},
      {Result::fail, reject, false, false, Action::proceed, none, 0, false},
      {Result::fail, reject, false, true, Action::proceed, none, 0, false},
      {Result::fail, reject, true, false, Action::reject, reject, 550, false},
      {Result::fail, reject, true, true, Action::reject, reject, 550, false},
  };
  for (const Row& row : rows) {
    Settings settings;
    settings.reject_failures = row.reject_failures;
    settings.hold_quarantined_messages = row.hold;
    const Disposition done = dispose(assessment(row.result, row.policy), {}, settings, {});
    SCOPED_TRACE(std::string(to_string(row.result)) + " p=" +
                 std::string(to_string(row.policy.value_or(Policy::none))) + " RejectFailures " +
                 (row.reject_failures ? "on" : "off") + " Hold " + (row.hold ? "on" : "off"));
    EXPECT_EQ(done.action, row.action);
    EXPECT_EQ(done.applied, row.applied);
    EXPECT_EQ(done.reply ? done.reply->code : 0, row.code);
    EXPECT_EQ(done.hold_reason.has_value(), row.held);
  }
}

TEST(Disposition, notes_why_a_policy_is_not_applied) {
  EXPECT_EQ(dispose(assessment(Result::fail, Policy::reject), {}, {}, {}).note,
            "RejectFailures is off");
  EXPECT_EQ(dispose(assessment(Result::fail, Policy::quarantine), {}, {}, {}).note,
            "HoldQuarantinedMessages is off");
  EXPECT_EQ(dispose(assessment(Result::fail, Policy::none), {}, {}, {}).note, "");
}

using Reasons = std::vector<OverrideReason>;

TEST(Disposition, reasons_for_a_report_have_their_types) {
  auto failed = assessment(Result::fail, Policy::reject);
  failed.verdicts.front().published_policy = Policy::reject;
  EXPECT_EQ(dispose(failed, {}, {}, {}).overrides,
            (Reasons{{OverrideType::local_policy, "RejectFailures is off"}}));
  Settings settings;
  settings.reject_failures = true;
  EXPECT_EQ(dispose(failed, {}, settings, {}).overrides, Reasons{});
  Arc arc;
  arc.whitelisted = true;
  EXPECT_EQ(
      dispose(failed, {}, settings, arc).overrides,
      (Reasons{{OverrideType::local_policy, "arc=pass, all sealers are in DomainWhitelist"}}));

  auto tested = assessment(Result::fail, Policy::quarantine);
  tested.verdicts.front().published_policy = Policy::reject;
  EXPECT_EQ(dispose(tested, {}, {}, {}).overrides,
            (Reasons{{OverrideType::policy_test_mode},
                     {OverrideType::local_policy, "HoldQuarantinedMessages is off"}}));
  settings.hold_quarantined_messages = true;
  EXPECT_EQ(dispose(tested, {}, settings, {}).overrides,
            (Reasons{{OverrideType::policy_test_mode}}));
  EXPECT_EQ(dispose(assessment(Result::pass, Policy::reject), {}, {}, {}).overrides, Reasons{});
}

// R17
TEST(Disposition, a_record_with_an_invalid_tag_is_a_reason) {
  const auto reasons = [](std::string_view record) {
    auto failed = assessment(Result::fail, Policy::none);
    Verdict& verdict = failed.verdicts.front();
    verdict.record = read_record(record);
    verdict.published_policy = Policy::none;
    return dispose(failed, {}, {}, {}).overrides;
  };
  const Reasons treated{
      {OverrideType::other, "a policy tag of the record is invalid: treated as p=none"}};
  EXPECT_EQ(reasons("v=DMARC1; p=reject; sp=bogus; rua=mailto:a@example.org"), treated);
  EXPECT_EQ(reasons("v=DMARC1; p=none; sp=reject; np=bogus; rua=mailto:a@example.org"), treated);
  EXPECT_EQ(reasons("v=DMARC1; p=none; sp=bogus; rua=mailto:a@example.org"), Reasons{});
  EXPECT_EQ(reasons("v=DMARC1; p=bogus; rua=mailto:a@example.org"), Reasons{});
  EXPECT_EQ(reasons("v=DMARC1; p=none; rua=mailto:a@example.org"), Reasons{});
}

TEST(Disposition, rejects_with_the_usual_text_for_the_policy_domain) {
  Settings settings;
  settings.reject_failures = true;
  const auto reply = dispose(assessment(Result::fail, Policy::reject), {}, settings, {}).reply;
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->code, 550);
  EXPECT_EQ(reply->enhanced, "5.7.1");
  EXPECT_EQ(reply->text, "rejected by DMARC policy for example.org");
}

TEST(Disposition, rejects_with_reject_string) {
  Settings settings;
  settings.reject_failures = true;
  const auto text_of = [&](std::string pattern) {
    settings.reject_string = std::move(pattern);
    return dispose(assessment(Result::fail, Policy::reject), {}, settings, {}).reply->text;
  };
  EXPECT_EQ(text_of("No."), "No.");
  EXPECT_EQ(text_of("%s says no"), "example.org says no");
  EXPECT_EQ(text_of("100%% sure that %s says no"), "100% sure that example.org says no");
  EXPECT_EQ(text_of("%n %d %x %s %"), "%n %d %x example.org %");
  EXPECT_EQ(text_of("100%% without a domain %d"), "100%% without a domain %d");
  EXPECT_EQ(text_of("a\r\nb\xc3\xbc"), "a??b??");
  EXPECT_EQ(text_of(std::string(980, 'x')), std::string(980, 'x'));
  EXPECT_EQ(text_of(std::string(981, 'x')), std::string(980, 'x'));
}

TEST(Disposition, holds_with_the_policy_domain_in_the_reason) {
  Settings settings;
  settings.hold_quarantined_messages = true;
  EXPECT_EQ(dispose(assessment(Result::fail, Policy::quarantine), {}, settings, {}).hold_reason,
            "quarantined by DMARC policy for example.org");
}

TEST(Disposition, defers_a_temporary_error_when_asked_to) {
  Settings settings;
  settings.temp_error_action = TempErrorAction::tempfail;
  const Disposition done = dispose(assessment(Result::temperror), {}, settings, {});
  EXPECT_EQ(done.action, Action::tempfail);
  ASSERT_TRUE(done.reply.has_value());
  EXPECT_EQ(done.reply->code, 451);
  EXPECT_EQ(done.reply->enhanced, "4.7.1");
  EXPECT_EQ(done.reply->text,
            "temporary failure while checking the DMARC policy of sub.example.org");
  EXPECT_EQ(dispose(assessment(Result::fail, Policy::none), {}, settings, {}).action,
            Action::accept);
}

// T13: whose signature's servers are dead is the sender's choice.
TEST(Disposition, defers_what_only_a_temporary_failure_keeps_from_being_rejected) {
  Settings settings;
  settings.reject_failures = true;
  const Disposition done = dispose(assessment(Result::temperror, Policy::reject), {}, settings, {});
  EXPECT_EQ(done.action, Action::tempfail);
  EXPECT_EQ(done.reply->enhanced, "4.7.0");
  // The milder policy of another author domain does not let it in.
  Assessment several = assessment(Result::fail, Policy::quarantine);
  several.verdicts.push_back(assessment(Result::temperror, Policy::reject).verdicts.front());
  EXPECT_EQ(dispose(several, {}, settings, {}).action, Action::tempfail);
  // Nor is it deferred when it is rejected.
  several.result = Result::fail;
  several.policy = Policy::reject;
  EXPECT_EQ(dispose(several, {}, settings, {}).action, Action::reject);
  settings.reject_failures = false;
  EXPECT_EQ(dispose(assessment(Result::temperror, Policy::reject), {}, settings, {}).action,
            Action::accept);
  settings.reject_failures = true;
  settings.temp_error_action = TempErrorAction::accept;
  EXPECT_EQ(dispose(assessment(Result::temperror, Policy::reject), {}, settings, {}).action,
            Action::accept);
}

// Who fills a limit that all messages share must not get anything in by it.
TEST(Disposition, defers_what_our_own_limit_leaves_open_whatever_the_options_say) {
  const auto left_open = [](std::optional<Policy> policy) {
    Assessment open = assessment(Result::temperror, policy);
    open.verdicts.front().own_limit = true;
    return open;
  };
  for (const auto action :
       {TempErrorAction::enforced, TempErrorAction::accept, TempErrorAction::tempfail})
    for (const bool rejects : {false, true})
      for (const std::optional<Policy> policy :
           {std::optional<Policy>(), std::optional(Policy::none), std::optional(Policy::reject)}) {
        Settings settings;
        settings.temp_error_action = action;
        settings.reject_failures = rejects;
        const Disposition done = dispose(left_open(policy), {}, settings, {});
        EXPECT_EQ(done.action, Action::tempfail);
        EXPECT_TRUE(done.own_limit);
        EXPECT_EQ(done.reply->code, 451);
        EXPECT_EQ(done.reply->enhanced, "4.3.2");
      }
  // It can't change what another author domain's policy asks for already.
  Settings settings;
  settings.reject_failures = true;
  Assessment several = assessment(Result::fail, Policy::reject);
  several.verdicts.push_back(left_open({}).verdicts.front());
  EXPECT_EQ(dispose(several, {}, settings, {}).action, Action::reject);
}

TEST(Disposition, defers_where_our_own_limit_hides_whether_forwarders_are_trusted) {
  Settings settings;
  settings.reject_failures = true;
  Arc arc;
  arc.undecided = true;
  const Disposition done = dispose(assessment(Result::fail, Policy::reject), {}, settings, arc);
  EXPECT_EQ(done.action, Action::tempfail);
  EXPECT_TRUE(done.own_limit);
  EXPECT_EQ(dispose(assessment(Result::fail, Policy::none), {}, settings, arc).action,
            Action::accept);
}

TEST(Disposition, rejects_what_could_not_be_evaluated_whole_when_policies_are_enforced) {
  FormRuling form;
  form.problem = "too many author domains";
  form.incomplete = true;
  Settings settings;
  settings.temp_error_action = TempErrorAction::tempfail;
  settings.hold_quarantined_messages = true;
  EXPECT_EQ(dispose(assessment(Result::permerror), form, settings, {}).action, Action::accept);
  settings.reject_failures = true;
  for (const Assessment& each : {assessment(Result::permerror), assessment(Result::temperror),
                                 assessment(Result::fail, Policy::quarantine)}) {
    const Disposition done = dispose(each, form, settings, {});
    EXPECT_EQ(done.action, Action::reject);
    EXPECT_EQ(done.applied, Policy::reject);
    EXPECT_EQ(done.reply->text, "DMARC can't be checked: too many author domains");
    EXPECT_FALSE(done.hold_reason.has_value());
  }
  EXPECT_EQ(dispose(assessment(Result::fail, Policy::reject), form, settings, {}).reply->text,
            "rejected by DMARC policy for example.org");
}

TEST(Disposition, trusted_forwarders_excuse_a_failure) {
  Settings settings;
  settings.reject_failures = true;
  settings.hold_quarantined_messages = true;
  const Arc trusted{.passed = true, .problem = {}, .whitelisted = true, .sets = {}};
  for (const Policy policy : {Policy::reject, Policy::quarantine}) {
    const Disposition done = dispose(assessment(Result::fail, policy), {}, settings, trusted);
    EXPECT_EQ(done.action, Action::accept);
    EXPECT_EQ(done.applied, Policy::none);
    EXPECT_FALSE(done.reply || done.hold_reason);
    EXPECT_EQ(done.note, "ARC chain passed, all sealers are in DomainWhitelist");
  }
  const Arc unknown{.passed = true, .problem = {}, .whitelisted = false, .sets = {}};
  EXPECT_EQ(dispose(assessment(Result::fail, Policy::reject), {}, settings, unknown).action,
            Action::reject);
}

TEST(Disposition, nobody_excuses_what_could_not_be_checked) {
  Settings settings;
  settings.reject_failures = true;
  FormRuling form;
  form.incomplete = true;
  const Arc trusted{.passed = true, .problem = {}, .whitelisted = true, .sets = {}};
  EXPECT_EQ(dispose(assessment(Result::permerror), form, settings, trusted).action, Action::reject);
}

}  // namespace
}  // namespace dmarc::policy
