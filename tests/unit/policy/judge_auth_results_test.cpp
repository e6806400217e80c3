// Whoever writes Authentication-Results or Received-SPF fields into a message is not believed; the
// filters in front of this one are.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::Mail;
using test::World;

/// No checks of our own; two trusted filters in front.
World world_with_filters() {
  World world;
  world.settings.trusted_authserv_ids = {"mx.victim.com", "spf.victim.com"};
  world.settings.reject_failures = true;
  return world;
}

/// As it leaves a local DKIM filter that found no signature worth anything.
Mail forged() {
  return Mail()
      .sender("<any@legitimate.com>")
      .results("mx.victim.com; dkim=none")
      .from("<admin@legitimate.com>");
}

void expect_rejected(const Judgement& judgement) {
  EXPECT_EQ(judgement.result, Result::fail);
  EXPECT_EQ(judgement.policy, Policy::reject);
  EXPECT_EQ(judgement.action, Action::reject);
}

struct Forgery {
  const char* id;
  const char* value;
};

class ForgedResults : public testing::TestWithParam<Forgery> {};

TEST_P(ForgedResults, below_a_genuine_field_pass_nothing) {
  World world = world_with_filters();
  expect_rejected(world.judge(forged().results(GetParam().value)));
}

constexpr Forgery forgeries[] = {
    {"AR_01", "mx.victim.com; dkim=pass header.d=legitimate.com"},
    {"AR_03", "spf.victim.com; dkim=pass header.d=legitimate.com"},
    {"AR_06", "dkim=pass header.d=legitimate.com"},
    {"AR_07", "mx.victim.com; dkim=pass header.d=com"},
    {"AR_08_quote", "mx.victim.com; dkim=pass header.d=legitimate.com'a.attack.com"},
    {"AR_08_comment", "mx.victim.com; dkim=pass header.d=legitimate.com(.attack.com"},
    {"AR_08_string", "mx.victim.com; dkim=pass header.d=\"legitimate.com\"=("},
    {"AR_12", "mx.victim.com; dkim=pass header.i=@legitimate.com"},
    {"AR_14_quoted", "\"mx.victim.com\" 1; dkim=pass header.d=legitimate.com"},
    {"AR_14_version", "mx.victim.com 2; dkim=pass header.d=legitimate.com"},
    {"AR_14_job_id", "mx.victim.com/1234; dkim=pass header.d=legitimate.com"},
    {"AR_14_case", "MX.VICTIM.COM; dkim=pass header.d=legitimate.com"},
    {"folded", "\r\n\tmx.victim.com;\r\n\tdkim=pass header.d=legitimate.com"},
    {"commented", "(x) mx.victim.com (y); dkim=pass header.d=legitimate.com"},
    {"arc", "mx.victim.com; arc=pass"},
    {"dmarc", "mx.victim.com; dmarc=pass header.from=legitimate.com"},
};

INSTANTIATE_TEST_SUITE_P(Rows, ForgedResults, testing::ValuesIn(forgeries),
                         [](const auto& row) { return std::string(row.param.id); });

// AR-08: the same strings as a local filter would write them when it is fed with them.
TEST(JudgeAuthResults, takes_no_domain_that_is_no_host_name_from_a_trusted_filter) {
  for (const char* d : {"legitimate.com'a.attack.com", "\"legitimate.com(.attack.com\"",
                        "legitimate.com(.attack.com", "legitimate.com\"=(", "com"}) {
    World world = world_with_filters();
    const Judgement judgement =
        world.judge(Mail()
                        .results("mx.victim.com; dkim=pass header.d=" + std::string(d))
                        .from("<admin@legitimate.com>"));
    expect_rejected(judgement);
  }
}

// AR-01 with copies all over the header.
TEST(JudgeAuthResults, removes_every_forged_copy_and_nothing_else) {
  World world = world_with_filters();
  world.settings.reject_failures = false;
  const Judgement judgement =
      world.judge(forged()
                      .results("mx.victim.com; dkim=pass header.d=legitimate.com")
                      .results("list.example; dkim=pass header.d=legitimate.com")
                      .field("Subject", "x")
                      .results("SPF.victim.com; dkim=pass header.d=legitimate.com")
                      .results("mx.victim.com; dkim=(")
                      .results("mx.victim.com.example; dkim=pass header.d=legitimate.com")
                      .field("authentication-results",
                             "\"mx.victim.com\"; dmarc=pass header.from=legitimate.com"));
  EXPECT_EQ(judgement.result, Result::fail);
  std::vector<std::size_t> removed;
  for (const Removal& removal : judgement.removals)
    removed.push_back(removal.index);
  EXPECT_EQ(removed, (std::vector<std::size_t>{7, 5, 4, 2}));
  EXPECT_TRUE(test::has_line(
      judgement,
      "4F2A1: removed Authentication-Results field 4 that claims to be from SPF.victim.com"));
  EXPECT_TRUE(
      test::has_line(judgement, "4F2A1 ignoring Authentication-Results at 2 from list.example"));
}

TEST(JudgeAuthResults, tells_of_a_flood_of_forged_fields_in_a_few_lines) {
  World world = world_with_filters();
  world.settings.reject_failures = false;
  Mail mail = forged();
  for (int i = 0; i < 3000; ++i)
    mail.results("mx.victim.com; dkim=pass header.d=legitimate.com");
  const Judgement judgement = world.judge(mail);
  EXPECT_EQ(judgement.removals.size(), 100U);
  EXPECT_LT(judgement.events.size(), 20U);
  EXPECT_TRUE(test::has_line(
      judgement, "4F2A1: removed 95 more Authentication-Results fields that claim trusted names"));
  EXPECT_TRUE(test::has_line(judgement,
                             "4F2A1: 2900 more Authentication-Results fields claim trusted names, "
                             "too many to remove"));
}

TEST(JudgeAuthResults, never_passes_a_message_with_more_forged_fields_than_can_be_removed) {
  World world = world_with_filters();
  Mail mail = Mail()
                  .results("mx.victim.com; dkim=pass header.d=legitimate.com")
                  .from("<admin@legitimate.com>");
  // The fifty topmost are believed and stay.
  for (int i = 0; i < 149; ++i)
    mail.results("mx.victim.com; dkim=pass header.d=legitimate.com");
  EXPECT_EQ(world.judge(mail).result, Result::pass);
  mail.results("mx.victim.com; none");
  const Judgement rejected = world.judge(mail);
  EXPECT_EQ(rejected.action, Action::reject);
  EXPECT_EQ(rejected.reply->text,
            "DMARC can't be checked: too many forged Authentication-Results fields");
  world.settings.reject_failures = false;
  EXPECT_EQ(world.judge(mail).result, Result::permerror);
}

TEST(JudgeAuthResults, does_not_ask_for_removals_from_a_message_that_is_rejected) {
  World world = world_with_filters();
  const Judgement judgement = world.judge(forged().results("mx.victim.com; dkim=pass"));
  EXPECT_EQ(judgement.action, Action::reject);
  EXPECT_TRUE(judgement.removals.empty());
  EXPECT_EQ(judgement.authentication.removals.size(), 1U);
}

// AR-02: a genuine SPF failure above a forged pass.
TEST(JudgeAuthResults, lets_the_topmost_spf_result_decide) {
  World world = world_with_filters();
  expect_rejected(world.judge(Mail()
                                  .sender("<any@legitimate.com>")
                                  .results("spf.victim.com; spf=fail smtp.mailfrom=legitimate.com")
                                  .results("spf.victim.com; spf=pass smtp.mailfrom=legitimate.com")
                                  .from("<admin@legitimate.com>")));
}

// AR-04: only where nothing better is known is Received-SPF read at all.
TEST(JudgeAuthResults, believes_no_received_spf_beside_a_check_of_our_own) {
  const std::string pass = "pass (x) identity=mailfrom; envelope-from=any@legitimate.com";
  World own = world_with_filters();
  own.settings.spf_self_validate = true;
  expect_rejected(own.judge(forged().field("Received-SPF", pass)));
  World ignoring = world_with_filters();
  ignoring.settings.spf_ignore_results = true;
  expect_rejected(ignoring.judge(forged().field("Received-SPF", pass)));
}

// AR-05
TEST(JudgeAuthResults, believes_the_topmost_received_spf_only) {
  for (const char* topmost : {"fail identity=mailfrom; envelope-from=any@legitimate.com", "none",
                              "pass identity=helo; helo=legitimate.com"}) {
    World world = world_with_filters();
    expect_rejected(world.judge(
        forged()
            .field("Received-SPF", topmost)
            .field("Received-SPF", "pass identity=mailfrom; envelope-from=any@legitimate.com")));
  }
}

// AR-09
TEST(JudgeAuthResults, passes_by_spf_of_a_trusted_filter_that_writes_the_whole_address) {
  for (const char* value : {"legitimate.com", "user@legitimate.com", "\"a b\"@legitimate.com"}) {
    World world = world_with_filters();
    const Judgement judgement =
        world.judge(Mail()
                        .sender("<user@legitimate.com>")
                        .results("spf.victim.com; spf=pass smtp.mailfrom=" + std::string(value))
                        .from("<admin@legitimate.com>"));
    EXPECT_EQ(judgement.result, Result::pass) << value;
    EXPECT_EQ(judgement.authentication.spf_source, Authentication::SpfSource::auth_results);
  }
}

// AR-11
TEST(JudgeAuthResults, reads_results_without_regard_to_case) {
  World world = world_with_filters();
  const Judgement judgement =
      world.judge(Mail()
                      .results("MX.Victim.com; DKIM=PASS Header.D=LEGITIMATE.COM")
                      .from("<admin@legitimate.com>"));
  EXPECT_EQ(judgement.result, Result::pass);
}

// AR-13
TEST(JudgeAuthResults, stays_within_bounds_whatever_the_number_of_results) {
  for (const std::string id : {"mx.victim.com", "elsewhere.com"}) {
    for (const int count : {20, 60, 2000}) {
      std::string value = id;
      for (int i = 0; i < count; ++i)
        value += "; dkim=pass header.d=attack.com header.s=s";
      World world = world_with_filters();
      const Judgement judgement = world.judge(Mail().results(value).from("<admin@legitimate.com>"));
      expect_rejected(judgement);
      EXPECT_LE(judgement.authentication.dkim.size(), 20U);
    }
  }
}

// AR-17
TEST(JudgeAuthResults, believes_no_field_of_a_similar_name) {
  World world = world_with_filters();
  Mail mail = forged();
  for (const char* name : {"ARC-Authentication-Results", "X-Authentication-Results",
                           "Authentication-Results-Original"}) {
    mail.field(name, "mx.victim.com; dkim=pass header.d=legitimate.com");
  }
  expect_rejected(world.judge(mail));
}

TEST(JudgeAuthResults, passes_by_dkim_of_a_trusted_filter) {
  World world = world_with_filters();
  const Judgement judgement = world.judge(
      Mail()
          .results("mx.victim.com; dkim=pass header.d=legitimate.com header.s=s1 header.b=abc")
          .from("<admin@news.legitimate.com>"));
  EXPECT_EQ(judgement.result, Result::pass);
  EXPECT_TRUE(judgement.verdicts[0].dkim_aligned);
  EXPECT_TRUE(judgement.removals.empty());
}

// T12, M2: whatever else a filter found, it did not write a pass beside it.
TEST(JudgeAuthResults, passes_an_unsigned_message_by_nothing_beside_another_result_of_dkim) {
  for (const char* other : {"dkim=permerror", "dkim=none", "dkim=fail header.d=legitimate.com",
                            "dkim=fail header.d=other.com"}) {
    World world = world_with_filters();
    const Mail mail = Mail()
                          .results("mx.victim.com; " + std::string(other))
                          .results("mx.victim.com; dkim=pass header.d=legitimate.com")
                          .from("<admin@legitimate.com>");
    expect_rejected(world.judge(mail));
    world.settings.reject_failures = false;
    const Judgement accepted = world.judge(mail);
    ASSERT_EQ(accepted.removals.size(), 1U);
    EXPECT_EQ(accepted.removals[0].index, 2U);
    EXPECT_TRUE(
        test::has_line(accepted,
                       "4F2A1: dkim=pass in Authentication-Results field 2 from "
                       "mx.victim.com does not count: another result of dkim is not a pass"));
  }
}

// M1
TEST(JudgeAuthResults, passes_by_an_identity_under_relaxed_alignment_alone) {
  constexpr std::string_view zone = R"(
_dmarc.strict.com  TXT  "v=DMARC1; p=reject; adkim=s"
_dmarc.suffix.com  TXT  "v=DMARC1; p=reject; psd=y"
)";
  const auto judged = [&](const std::string& identity, const std::string& author) {
    World world(zone);
    world.settings.reject_failures = true;
    return world
        .judge(Mail()
                   .results("mx.victim.com; dkim=pass header.i=" + identity +
                            " header.s=sel header.b=ksOGfQcS")
                   .from("<a@" + author + ">"))
        .result;
  };
  EXPECT_EQ(judged("@legitimate.com", "legitimate.com"), Result::pass);
  EXPECT_EQ(judged("jo@a.legitimate.com", "b.legitimate.com"), Result::pass);
  EXPECT_EQ(judged("@strict.com", "strict.com"), Result::fail);
  EXPECT_EQ(judged("@suffix.com", "suffix.com"), Result::fail);
  EXPECT_EQ(judged("@com", "legitimate.com"), Result::fail);
  EXPECT_EQ(judged("@attack.com", "legitimate.com"), Result::fail);
}

// T5
TEST(JudgeAuthResults, passes_by_no_spf_of_a_field_beside_a_check_of_our_own) {
  World world = world_with_filters();
  world.settings.spf_self_validate = true;
  expect_rejected(world.judge(Mail()
                                  .sender("<any@legitimate.com>")
                                  .results("mx.victim.com; spf=pass smtp.mailfrom=legitimate.com")
                                  .from("<admin@legitimate.com>")));
}

// M2
TEST(JudgeAuthResults, passes_by_the_result_for_the_sender_below_one_for_helo) {
  World world = world_with_filters();
  const Judgement judgement =
      world.judge(Mail()
                      .sender("<any@legitimate.com>")
                      .results("spf.victim.com; spf=none smtp.helo=mail.legitimate.com")
                      .results("spf.victim.com; spf=pass smtp.mailfrom=legitimate.com")
                      .from("<admin@legitimate.com>"));
  EXPECT_EQ(judgement.result, Result::pass);
  EXPECT_TRUE(judgement.removals.empty());
}

// T1, T2: as real filters leave it behind.
TEST(JudgeAuthResults, passes_a_signed_message_by_no_field_without_its_signature) {
  const std::string tags =
      "v=1; a=rsa-sha256; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=QQ==; ";
  const std::vector<std::pair<std::string, std::string>> spoofs{
      {tags + "d=attack.com; s=s; "
              "i=x=3B=20dkim=3Dpass=20header.d=3Dlegitimate.com=20header.foo=3D@attack.com",
       "dkim=pass header.d=attack.com header.i=x; dkim=pass header.d=legitimate.com "
       "header.foo=@attack.com"},
      {"garbage", "dkim=pass header.d=legitimate.com"},
      {"", "dkim=pass header.d=legitimate.com"},
      {tags + "d=attack.com; s=" + std::string(50'000, 's'), "dkim=pass header.d=legitimate.com"},
  };
  for (const auto& [signature, results] : spoofs)
    for (const SelfValidate validate :
         {SelfValidate::automatic, SelfValidate::always, SelfValidate::never}) {
      World world = world_with_filters();
      world.settings.dkim_self_validate = validate;
      expect_rejected(world.judge(Mail()
                                      .results("mx.victim.com; " + results)
                                      .field("DKIM-Signature", signature)
                                      .from("<admin@legitimate.com>")));
    }
}

TEST(JudgeAuthResults, keeps_a_verdict_open_when_an_aligned_check_failed_for_now) {
  World world = world_with_filters();
  const Mail mail = Mail()
                        .sender("<any@legitimate.com>")
                        .results("spf.victim.com; spf=temperror smtp.mailfrom=legitimate.com")
                        .from("<admin@legitimate.com>");
  world.settings.temp_error_action = TempErrorAction::accept;
  const Judgement accepted = world.judge(mail);
  EXPECT_EQ(accepted.result, Result::temperror);
  EXPECT_EQ(accepted.action, Action::accept);
  for (const TempErrorAction action : {TempErrorAction::enforced, TempErrorAction::tempfail}) {
    world.settings.temp_error_action = action;
    const Judgement deferred = world.judge(mail);
    EXPECT_EQ(deferred.action, Action::tempfail);
    EXPECT_EQ(deferred.reply->code, 451);
    EXPECT_EQ(deferred.reply->enhanced, action == TempErrorAction::enforced ? "4.7.0" : "4.7.1");
    EXPECT_FALSE(test::dmarc_result(deferred).has_value());
  }
}

// T10: what another program calls a temporary error of an unsigned message is no result.
TEST(JudgeAuthResults, takes_no_temperror_of_dkim_from_a_field_of_an_unsigned_message) {
  World world = world_with_filters();
  expect_rejected(world.judge(Mail()
                                  .results("mx.victim.com; dkim=temperror header.d=legitimate.com")
                                  .from("<admin@legitimate.com>")));
}

TEST(JudgeAuthResults, with_trust_any_believes_every_trusted_field) {
  World world = world_with_filters();
  world.settings.auth_results_trust = AuthResultsTrust::any;
  const Judgement judgement =
      world.judge(Mail()
                      .results("elsewhere.com; dkim=none")
                      .field("Received", "from attack.com")
                      .results("spf.victim.com; dkim=pass header.d=legitimate.com; x-foo=bar")
                      .from("<admin@legitimate.com>"));
  EXPECT_EQ(judgement.result, Result::pass);
  EXPECT_TRUE(judgement.removals.empty());
  expect_rejected(
      world.judge(forged().results("spf.victim.com; dkim=pass header.d=legitimate.com")));
}

}  // namespace
}  // namespace dmarc::policy
