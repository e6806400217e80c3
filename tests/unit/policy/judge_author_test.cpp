// Whoever chooses the From field gets no pass for a domain that is not his, and no exemption.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::Mail;
using test::World;

enum class Expected {
  rejected,   ///< legitimate.com's policy applies
  attacker,   ///< judged as attack.com, whose SPF passes
  no_author,  ///< permerror
  no_policy,  ///< some other domain, which has none
};

struct Header {
  std::string id;
  std::vector<std::pair<std::string, std::string>> fields;  ///< names and values
  Expected expected;
};

Header from(std::string id, std::string value, Expected expected) {
  return {std::move(id), {{"From", std::move(value)}}, expected};
}

World enforcing_world() {
  World world;
  world.settings.spf_self_validate = true;
  world.settings.reject_failures = true;
  return world;
}

Mail mail_with(const Header& header) {
  Mail mail;
  for (const auto& [name, value] : header.fields)
    mail.field(name, value);
  return mail;
}

std::string many(std::size_t count, std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

using enum Expected;

const std::vector<Header> headers = {
    {"FROM_01", {{"From", "<first@attack.com>"}, {"From", "<admin@legitimate.com>"}}, rejected},
    {"FROM_02", {{"From", "<admin@legitimate.com>"}, {"From", "<first@attack.com>"}}, rejected},
    {"FROM_03", {{"From", "<first@attack.com>"}, {"From ", "<admin@legitimate.com>"}}, rejected},
    {"FROM_04", {{"From ", "<admin@legitimate.com>"}}, rejected},
    {"FROM_05_sender", {{"Sender", "<admin@legitimate.com>"}}, no_author},
    {"FROM_05_resent", {{"Resent-From", "<admin@legitimate.com>"}}, no_author},
    from("FROM_06", "<first@attack.com>, <admin@legitimate.com>", rejected),
    from("FROM_06_swapped", "<admin@legitimate.com>, <first@attack.com>", rejected),
    from("FROM_07", "<admin@legitimate.com>, Other <b@LEGITIMATE.com>", rejected),
    from("FROM_08", "=?utf-8?B?PGFkbWluQGxlZ2l0aW1hdGUuY29tPg==?=,<second@attack.com>", rejected),
    from("FROM_09", "<@attack.com,@any.com:admin@legitimate.com>", rejected),
    from("FROM_11", "admin@legitimate.com,<second@attack.com>", rejected),
    from("FROM_12", "<any@attack.com>admin@legitimate.com", rejected),
    from("FROM_14", "first@attack.com;admin@legitimate.com", rejected),
    from("FROM_16_name", many(3000, "x") + " <admin@legitimate.com>", rejected),
    from("FROM_16_comment", "(" + many(3000, "x") + ") <admin@legitimate.com>", rejected),
    from("FROM_16_blank", many(3000, " ") + "<admin@legitimate.com>", rejected),
    from("FROM_17", "\"admin@legitimate.com\" <first@attack.com>", attacker),
    from("FROM_18_before", ",<admin@legitimate.com>", rejected),
    from("FROM_18_after", "<admin@legitimate.com>,", rejected),
    from("FROM_20", "Grp: <admin@legitimate.com>;", rejected),
    from("FROM_21_group", "undisclosed-recipients:;", no_author),
    from("FROM_21_empty", "", no_author),
    from("FROM_21_angles", "<>", no_author),
    from("FROM_21_name", "admin", no_author),
    from("FROM_22_comment", "admin@legitimate.com (x", rejected),
    from("FROM_22_quote", "\"x <admin@legitimate.com>", rejected),
    from("FROM_24_unclosed", "<admin@legitimate.com", rejected),
    from("FROM_24_dot", "<admin@legitimate.com.>", rejected),
    from("FROM_24_blanks", "<admin@ legitimate\t. com >", rejected),
    from("FROM_24_comments", "<admin@(a)legitimate(b).(c)com>", rejected),
    from("FROM_24_case", "<ADMIN@LEGITIMATE.COM>", rejected),
    {"FROM_24_name_case", {{"FROM", "<admin@legitimate.com>"}}, rejected},
    from("FROM_25_quoted", "\"Someone <x@junk.com>\"@legitimate.com", rejected),
    from("FROM_25_two", "a@attack.com@legitimate.com", rejected),
    from("FROM_26", "<admin%legitimate.com@attack.com>", attacker),
    from("FROM_27", "<admin@legitimate.com\x01>", rejected),
    from("FROM_29", "<admin@[1.2.3.4]>", no_author),
    from("FROM_30",
         "<x@b\xc3\xbc"
         "cher.example>",
         rejected),
    from("FROM_31_homograph", "<x@l\xd0\xb5gitimate.com>", no_policy),
    from("FROM_31_soft_hyphen", "<x@legiti\xc2\xadmate.com>", rejected),
    from("FROM_32", "<x@caf\xe9.example>", no_author),
    from("FROM_33_comments", many(10000, "(") + "<admin@legitimate.com>", rejected),
    from("FROM_34", "\"L\" <\r\n first@attack.com>", attacker),
    from("FROM_34_comments", "L <(a) first (b) @ (c) attack (d) . (e) com (f)>", attacker),
    from("FROM_35", "admin@legitimate.com <first@attack.com>", attacker),
    from("FROM_36", "=?utf-8?q?admin=40legitimate=2Ecom?= <first@attack.com>", attacker),
    // What a reader is shown, from right to left, is admin@legitimate.com.
    from("A14_right_to_left", "<moc.etamitigel@nimda\xe2\x80\xae>", rejected),
    from("cut_at_nul", "\"L\" <admin@legitimate.com", rejected),
};

class ForgedAuthor : public testing::TestWithParam<Header> {};

TEST_P(ForgedAuthor, is_judged_as_it_should) {
  World world = enforcing_world();
  const Judgement judgement = world.judge(mail_with(GetParam()));
  switch (GetParam().expected) {
    case rejected:
      EXPECT_EQ(judgement.result, Result::fail);
      EXPECT_EQ(judgement.policy, Policy::reject);
      EXPECT_EQ(judgement.action, Action::reject);
      break;
    case attacker:
      EXPECT_EQ(judgement.result, Result::pass);
      EXPECT_EQ(judgement.verdicts.front().author.text(), "attack.com");
      break;
    case no_author:
      EXPECT_EQ(judgement.result, Result::permerror);
      EXPECT_NE(judgement.reason, "");
      EXPECT_EQ(judgement.action, Action::accept);
      break;
    case no_policy:
      EXPECT_EQ(judgement.result, Result::none);
      break;
  }
}

TEST_P(ForgedAuthor, is_let_in_with_a_result_when_policies_are_not_enforced) {
  World world = enforcing_world();
  world.settings.reject_failures = false;
  const Judgement judgement = world.judge(mail_with(GetParam()));
  ASSERT_TRUE(test::dmarc_result(judgement).has_value());
  EXPECT_FALSE(judgement.reply.has_value());
}

INSTANTIATE_TEST_SUITE_P(Rows, ForgedAuthor, testing::ValuesIn(headers),
                         [](const auto& row) { return row.param.id; });

TEST(JudgeAuthor, passes_several_authors_of_one_domain) {
  World world = enforcing_world();
  const Judgement judgement = world.judge(Mail()
                                              .from("<a@legitimate.com>, B <b@Legitimate.com>")
                                              .sender("<any@legitimate.com>")
                                              .client(test::genuine_client));
  EXPECT_EQ(judgement.result, Result::pass);
}

TEST(JudgeAuthor, never_passes_a_genuine_message_whose_from_is_broken) {
  World world = enforcing_world();
  const Judgement judgement = world.judge(Mail()
                                              .from("admin@legitimate.com <legitimate.com>")
                                              .sender("<any@legitimate.com>")
                                              .client(test::genuine_client));
  EXPECT_EQ(judgement.result, Result::permerror);
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_EQ(judgement.verdicts.front().result, Result::pass);
}

TEST(JudgeAuthor, judges_a_defective_from_by_the_one_domain_that_every_reader_sees) {
  World world = enforcing_world();
  world.settings.required_headers = true;
  const Mail mail =
      Mail().from("Legitimate, Inc. <admin@legitimate.com").field("Date", "Mon, 23 Nov 2026");
  Mail genuine = mail;
  const Judgement passed =
      world.judge(genuine.sender("<any@legitimate.com>").client(test::genuine_client));
  EXPECT_EQ(passed.result, Result::pass);
  EXPECT_EQ(passed.action, Action::accept);
  Mail forged = mail;
  EXPECT_EQ(world.judge(forged.sender("<any@attack.com>")).action, Action::reject);
}

// FROM-37: what an encoded word hides is not looked for, and is no host name either.
TEST(JudgeAuthor, finds_no_clean_author_in_an_encoded_word_with_a_nul) {
  World world = enforcing_world();
  const Judgement judgement =
      world.judge(Mail().from("=?utf-8?b?YWRtaW5AbGVnaXRpbWF0ZS5jb20A?=@attack.com"));
  EXPECT_NE(judgement.result, Result::pass);
}

// FROM-33
TEST(JudgeAuthor, evaluates_ten_domains_of_ten_thousand) {
  std::string value;
  for (int i = 0; i < 10'000; ++i)
    value += "<a@d" + std::to_string(i) + ".com>, ";
  World world = enforcing_world();
  world.settings.reject_failures = false;
  const Judgement accepted = world.judge(Mail().from(value + "<admin@legitimate.com>"));
  EXPECT_EQ(accepted.result, Result::permerror);
  EXPECT_EQ(accepted.verdicts.size(), mail::Author::max_visible);
  world.settings.reject_failures = true;
  const Judgement rejected = world.judge(Mail().from(value + "<admin@legitimate.com>"));
  EXPECT_EQ(rejected.action, Action::reject);
}

TEST(JudgeAuthor, evaluates_ten_domains_and_passes_no_eleventh) {
  World world = enforcing_world();
  world.settings.reject_failures = false;
  std::string value;
  for (std::size_t i = 0; i < mail::Author::max_visible; ++i)
    value += "<a@d" + std::to_string(i) + ".com>, ";
  const Judgement ten = world.judge(Mail().from(value));
  EXPECT_EQ(ten.verdicts.size(), mail::Author::max_visible);
  EXPECT_EQ(ten.result, Result::none) << "none of them has a policy";
  const Judgement eleven = world.judge(Mail().from(value + "<admin@legitimate.com>"));
  EXPECT_EQ(eleven.verdicts.size(), mail::Author::max_visible);
  EXPECT_EQ(eleven.result, Result::permerror);
}

// The rules that hold for every message are checked by World.
TEST(JudgeAuthor, keeps_the_rules_for_whatever_the_from_field_is_put_together_of) {
  const std::vector<std::string> pieces{"<",
                                        ">",
                                        "@",
                                        "\"",
                                        "(",
                                        ")",
                                        ",",
                                        ";",
                                        ":",
                                        "[",
                                        "]",
                                        "\\",
                                        " ",
                                        "\r\n ",
                                        "\x01",
                                        "\xff",
                                        ".",
                                        "%",
                                        "=?utf-8?q?",
                                        "?=",
                                        "\xe2\x80\xae",
                                        "a",
                                        "admin@legitimate.com",
                                        "b@attack.com",
                                        "<c@attack.com>",
                                        "legitimate.com",
                                        "attack.com"};
  std::mt19937 random(9989);
  World world = enforcing_world();
  for (int i = 0; i < 3000; ++i) {
    std::string value;
    for (auto left = random() % 9; left > 0; --left)
      value += pieces[random() % pieces.size()];
    const Judgement judgement = world.judge(Mail().from(value));
    if (judgement.result == Result::pass) {
      EXPECT_EQ(judgement.verdicts.front().author.text(), "attack.com") << value;
    }
    if (testing::Test::HasFailure()) FAIL() << "From: " << value;
  }
}

TEST(JudgeAuthor, reports_a_missing_from_and_rejects_it_when_it_is_required) {
  World world;
  const Judgement accepted = world.judge(Mail().field("Subject", "no author"));
  EXPECT_EQ(accepted.action, Action::accept);
  EXPECT_EQ(test::values_of(accepted.insertions).back(),
            "mx.victim.com; dmarc=permerror reason=\"no From field\"");
  EXPECT_TRUE(
      test::has_line(accepted, "4F2A1: RFC5322 requirement error: missing From field; accepting"));
  EXPECT_TRUE(test::has_line(accepted, "4F2A1: (none) permerror"));

  world.settings.required_from = true;
  const Judgement rejected = world.judge(Mail().field("Subject", "no author"));
  EXPECT_EQ(rejected.action, Action::reject);
  EXPECT_EQ(rejected.reply->code, 550);
  EXPECT_EQ(rejected.reply->text, "message has no From field");
  EXPECT_TRUE(rejected.insertions.empty());
}

TEST(JudgeAuthor, removes_forged_results_even_without_an_author) {
  World world;
  const Judgement judgement =
      world.judge(Mail().results("mx.victim.com; dmarc=pass header.from=legitimate.com"));
  ASSERT_EQ(judgement.removals.size(), 1U);
  EXPECT_EQ(judgement.removals[0].index, 1U);
}

TEST(JudgeAuthor, only_reports_several_domains_with_multi_from_policy_permerror) {
  World world = enforcing_world();
  world.settings.multi_from_policy = MultiFromPolicy::permerror;
  const Judgement judgement = world.judge(Mail().from("<a@attack.com>, <b@legitimate.com>"));
  EXPECT_EQ(judgement.result, Result::permerror);
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_EQ(test::values_of(judgement.insertions).back(),
            "mx.victim.com; dmarc=permerror reason=\"several author domains\" "
            "header.from=attack.com");
}

TEST(JudgeAuthor, shows_the_domain_whose_policy_decided) {
  World world = enforcing_world();
  world.settings.reject_failures = false;
  const Judgement judgement = world.judge(Mail().from("<a@attack.com>, <b@Legitimate.com>"));
  EXPECT_EQ(test::values_of(judgement.insertions).back(),
            "mx.victim.com; dmarc=fail (p=reject dis=none) reason=\"several author domains\" "
            "header.from=legitimate.com policy.dmarc=reject");
  EXPECT_TRUE(test::has_line(judgement, "4F2A1: legitimate.com fail"));
}

TEST(JudgeAuthor, ignores_listed_domains_without_touching_the_message) {
  World world = enforcing_world();
  world.settings.ignore_mail_from = {*dns::Name::parse("legitimate.com")};
  const Judgement judgement = world.judge(Mail().from("<admin@Legitimate.com>"));
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_TRUE(judgement.insertions.empty());
  EXPECT_TRUE(judgement.removals.empty());
  EXPECT_TRUE(test::has_line(judgement, "4F2A1: ignoring mail from Legitimate.com"));
  EXPECT_EQ(world.own_checks, 0);
  EXPECT_EQ(world.judge(Mail().from("<admin@legitimate.com")).action, Action::reject);
}

TEST(JudgeAuthor, does_not_let_a_truncated_header_past_an_enforced_policy) {
  World world;
  const Judgement accepted = world.judge(Mail().from("<a@nopolicy.com>").truncated());
  EXPECT_EQ(accepted.result, Result::permerror);
  EXPECT_EQ(test::values_of(accepted.insertions).back(),
            "mx.victim.com; dmarc=permerror reason=\"message header too large to check\" "
            "header.from=nopolicy.com");
  world.settings.reject_failures = true;
  const Judgement rejected = world.judge(Mail().from("<a@nopolicy.com>").truncated());
  EXPECT_EQ(rejected.action, Action::reject);
  EXPECT_EQ(rejected.reply->text, "message header too large to check");
}

}  // namespace
}  // namespace dmarc::policy
