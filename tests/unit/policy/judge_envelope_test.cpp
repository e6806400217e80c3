// Whoever chooses MAIL FROM and HELO does not choose what SPF authenticates.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <unordered_set>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::Mail;
using test::World;

/// Our own SPF check, and policies enforced.
World world_with_own_spf() {
  World world;
  world.settings.spf_self_validate = true;
  world.settings.spf_ignore_results = true;
  world.settings.reject_failures = true;
  return world;
}

Mail as_legitimate() {
  return Mail().from("<admin@legitimate.com>");
}

struct Envelope {
  const char* id;
  const char* sender;
  const char* helo = "attack.com";
};

class ForgedEnvelope : public testing::TestWithParam<Envelope> {};

TEST_P(ForgedEnvelope, is_rejected) {
  World world = world_with_own_spf();
  const Judgement judgement =
      world.judge(as_legitimate().sender(GetParam().sender).helo(GetParam().helo));
  EXPECT_EQ(judgement.result, Result::fail);
  EXPECT_EQ(judgement.policy, Policy::reject);
  EXPECT_EQ(judgement.action, Action::reject);
  ASSERT_EQ(judgement.verdicts.size(), 1U);
  EXPECT_FALSE(judgement.verdicts[0].spf_aligned);
}

TEST_P(ForgedEnvelope, is_marked_when_policies_are_not_enforced) {
  World world = world_with_own_spf();
  world.settings.reject_failures = false;
  const Judgement judgement =
      world.judge(as_legitimate().sender(GetParam().sender).helo(GetParam().helo));
  EXPECT_EQ(judgement.action, Action::proceed);
  EXPECT_EQ(test::values_of(judgement.insertions).back(),
            "mx.victim.com; dmarc=fail (p=reject dis=none) header.from=legitimate.com "
            "policy.dmarc=reject");
}

constexpr Envelope forged_envelopes[] = {
    {"ENV_01", "<any@attack.com>"},
    {"ENV_02", "<any@mailfrom.notexist.legitimate.com>", "helo.attack.com"},
    {"ENV_03", "<(any@legitimate.com>"},
    {"ENV_04", "<any@legitimate.com(a.attack.com>"},
    {"ENV_05", "<any@legitimate.com'@any.attack.com>"},
    {"ENV_07", "<\"any@legitimate.com\"@attack.com>"},
    {"ENV_08", "<any@legitimate.com\"a.attack.com>"},
    {"ENV_10_space", "<any@legitimate.com a.attack.com>"},
    {"ENV_10_semicolon", "<any@legitimate.com;a.attack.com>"},
    {"ENV_10_angle", "<any@legitimate.com>a.attack.com>"},
    {"ENV_11_attack_last", "<any@legitimate.com@attack.com>"},
    {"ENV_11_legitimate_last", "<any@attack.com@legitimate.com>"},
    {"ENV_12", "<\"any@legitimate.com>\"@attack.com>"},
    {"ENV_13_legitimate_helo", "<>", "legitimate.com"},
    {"ENV_13_attack_helo", "<>", "attack.com"},
    {"ENV_17_literal", "<any@[1.2.3.4]>"},
    {"ENV_17_trailing_dot", "<any@attack.com.>"},
    {"ENV_17_no_domain", "<any>"},
    {"ENV_17_no_brackets", "any@attack.com"},
    {"ENV_17_comment", "<any@attack.com(legitimate.com)>"},
    {"ENV_17_quoted_pair", "<any\\@legitimate.com@attack.com>"},
    {"nul_in_domain", "<any@legitimate.com\\0.attack.com>"},
    {"helo_literal", "<>", "[203.0.113.5]"},
    {"helo_with_comment", "<>", "legitimate.com(.attack.com"},
    {"empty", "", "legitimate.com"},
};

INSTANTIATE_TEST_SUITE_P(Rows, ForgedEnvelope, testing::ValuesIn(forged_envelopes),
                         [](const auto& row) { return std::string(row.param.id); });

TEST(JudgeEnvelope, passes_genuine_mail_by_its_sender) {
  World world = world_with_own_spf();
  const Judgement judgement =
      world.judge(as_legitimate().sender("<any@legitimate.com>").client(test::genuine_client));
  EXPECT_EQ(judgement.result, Result::pass);
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_EQ(test::values_of(judgement.insertions),
            (std::vector<std::string>{
                "mx.victim.com; spf=pass smtp.mailfrom=legitimate.com",
                "mx.victim.com; dmarc=pass (p=reject dis=none) header.from=legitimate.com "
                "policy.dmarc=reject"}));
}

// ENV-15
TEST(JudgeEnvelope, passes_a_genuine_bounce_by_its_helo) {
  World world = world_with_own_spf();
  const Judgement judgement =
      world.judge(as_legitimate().sender("<>").helo("legitimate.com").client(test::genuine_client));
  EXPECT_EQ(judgement.result, Result::pass);
  EXPECT_EQ(test::values_of(judgement.insertions).front(),
            "mx.victim.com; spf=pass smtp.helo=legitimate.com");
  EXPECT_TRUE(test::has_line(judgement, "4F2A1: SPF(helo): legitimate.com pass"));
}

TEST(JudgeEnvelope, takes_a_trailing_dot_of_the_sender_for_nothing) {
  World world = world_with_own_spf();
  const Judgement judgement =
      world.judge(as_legitimate().sender("<any@legitimate.com.>").client(test::genuine_client));
  EXPECT_EQ(judgement.result, Result::pass);
}

// AR-15: what a sender writes can't make a result of its own.
TEST(JudgeEnvelope, writes_no_result_that_the_sender_made_up) {
  World world = world_with_own_spf();
  world.settings.reject_failures = false;
  for (const char* sender : {"<\"a; dkim=pass header.d=legitimate.com\"@attack.com>",
                             "<\"a\\\" smtp.mailfrom=legitimate.com; dkim=pass\"@attack.com>",
                             "<a@attack.com;dkim=pass>", "<a@attack.com\r\nX: y>"}) {
    const Judgement judgement = world.judge(as_legitimate().sender(sender));
    for (const std::string& value : test::values_of(judgement.insertions)) {
      const auto parsed = mail::parse_auth_results(value);
      ASSERT_TRUE(parsed.has_value()) << value;
      EXPECT_EQ(parsed->results.size(), 1U) << value;
      EXPECT_NE(parsed->results[0].method, "dkim") << value;
    }
  }
}

TEST(JudgeEnvelope, checks_spf_once_and_only_when_it_is_asked_to) {
  World world = world_with_own_spf();
  world.judge(as_legitimate());
  EXPECT_EQ(world.own_checks, 1);
  world.settings.spf_self_validate = false;
  const Judgement judgement = world.judge(as_legitimate());
  EXPECT_EQ(world.own_checks, 0);
  EXPECT_EQ(judgement.authentication.spf_source, Authentication::SpfSource::none);
}

TEST(JudgeEnvelope, does_not_check_spf_for_a_message_without_an_author) {
  World world = world_with_own_spf();
  world.judge(Mail().from("undisclosed-senders:;"));
  EXPECT_EQ(world.own_checks, 0);
}

/// Answers from a zone, and fails whatever is asked after the sender's SPF record.
class ExpiringResolver final : public dns::Resolver {
 public:
  explicit ExpiringResolver(std::string_view zone) : zone_(*dns::Zone::parse(zone)) {}

  dns::AnswerPtr lookup(const dns::Name& name, dns::Type type) override {
    const dns::Question question{name, type};
    if (expired_ && !asked_.contains(question)) {
      dns::Answer answer;
      answer.failure = dns::Failure::timeout;
      return std::make_shared<dns::Answer>(answer);
    }
    expired_ |= name.text() == "slow.example";
    asked_.insert(question);
    return std::make_shared<dns::Answer>(zone_.answer(question));
  }
  void prefetch(const dns::Name& name, dns::Type type) override { lookup(name, type); }

 private:
  dns::Zone zone_;
  std::unordered_set<dns::Question> asked_;
  bool expired_ = false;
};

TEST(JudgeEnvelope, lets_no_slow_spf_record_use_up_the_time_for_the_policy) {
  ExpiringResolver resolver(
      "_dmarc.legitimate.com TXT \"v=DMARC1; p=none; np=reject\"\n"
      "legitimate.com A 192.0.2.1\n"
      "slow.example TXT \"v=spf1 include:never.example\"\n");
  Settings settings;
  settings.authserv_id = "mx.victim.com";
  settings.spf_self_validate = true;
  settings.reject_failures = true;
  const Message message =
      Mail().sender("<a@slow.example>").from("<a@notexist.legitimate.com>").message();
  const Judgement judgement = judge(message, gather(message, settings, resolver), settings);
  ASSERT_TRUE(judgement.authentication.own_spf);
  EXPECT_EQ(judgement.authentication.own_spf->code, spf::Code::temperror);
  EXPECT_EQ(judgement.result, Result::fail);
  EXPECT_EQ(judgement.action, Action::reject);
}

}  // namespace
}  // namespace dmarc::policy
