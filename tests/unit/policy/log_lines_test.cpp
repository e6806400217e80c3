#include "policy/log_lines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::lines_of;
using test::Mail;
using test::World;
using Lines = std::vector<std::string>;

/// The line that follows the result.
std::string detail(const Judgement& judgement) {
  for (const log::Event& event : judgement.events)
    if (event.id() == log::Id::detail) return event.text();
  return "";
}

TEST(LogLines, say_nothing_more_of_a_pass_or_of_mail_without_a_policy) {
  World world;
  EXPECT_EQ(lines_of(world.judge(Mail().from("<a@nopolicy.com>")).events),
            Lines{"4F2A1: nopolicy.com none"});
  EXPECT_EQ(lines_of(world
                         .judge(Mail()
                                    .results("mx.victim.com; dkim=pass header.d=legitimate.com")
                                    .from("<a@legitimate.com>"))
                         .events),
            Lines{"4F2A1: legitimate.com pass"});
}

TEST(LogLines, tell_the_policy_and_each_identifier_of_a_failure) {
  World world;
  world.settings.authserv_id = "mx.victim.com";
  world.settings.dkim_self_validate = SelfValidate::never;
  const Judgement judgement = world.judge(
      Mail()
          .client("192.0.2.7")
          .results("mx.victim.com; dkim=pass header.d=attack.com header.s=s; "
                   "dkim=fail header.d=legitimate.com; spf=pass smtp.mailfrom=attack.com")
          .field("DKIM-Signature",
                 "v=1; a=rsa-sha256; d=attack.com; s=s; h=from; b=QQ==; "
                 "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
          .from("<a@news.legitimate.com>"));
  EXPECT_EQ(detail(judgement),
            "4F2A1: fail; p=reject of legitimate.com (p); disposition none (RejectFailures is "
            "off); client [192.0.2.7]; author's organization legitimate.com; SPF by "
            "Authentication-Results: attack.com pass, relaxed alignment: not aligned; DKIM: "
            "attack.com pass, relaxed alignment: not aligned; DKIM: legitimate.com no pass");
}

// M5
TEST(LogLines, tell_what_our_own_check_of_spf_came_to_and_why) {
  World world(R"(
twice.legitimate.com  TXT  "v=spf1 -all"
twice.legitimate.com  TXT  "v=spf1 -all"
)");
  world.settings.spf_self_validate = true;
  const std::string permanent =
      detail(world.judge(Mail().sender("<a@twice.legitimate.com>").from("<a@legitimate.com>")));
  EXPECT_NE(permanent.find("; SPF by own check: twice.legitimate.com permerror ("),
            std::string::npos)
      << permanent;
  const std::string failed =
      detail(world.judge(Mail().sender("<a@legitimate.com>").from("<a@legitimate.com>")));
  EXPECT_NE(failed.find("; SPF by own check: legitimate.com fail"), std::string::npos) << failed;
}

// M5
TEST(LogLines, tell_which_limit_of_spf_was_reached) {
  World world(R"(
void.legitimate.com  TXT  "v=spf1 a:1.nowhere.test a:2.nowhere.test a:3.nowhere.test -all"
)");
  world.settings.spf_self_validate = true;
  const std::string line =
      detail(world.judge(Mail().sender("<a@void.legitimate.com>").from("<a@legitimate.com>")));
  EXPECT_NE(line.find("void.legitimate.com permerror (more than 2 void look-ups"),
            std::string::npos)
      << line;
}

TEST(LogLines, tell_the_word_of_an_spf_result_that_a_filter_reports) {
  World world;
  const std::string line =
      detail(world.judge(Mail()
                             .sender("<a@attack.com>")
                             .results("mx.victim.com; spf=permerror smtp.mailfrom=attack.com")
                             .from("<a@legitimate.com>")));
  EXPECT_NE(line.find("; SPF by Authentication-Results: attack.com permerror"), std::string::npos)
      << line;
}

// C9
TEST(LogLines, tell_whose_message_was_refused_for_its_form) {
  World world;
  world.settings.required_headers = true;
  const Judgement judgement =
      world.judge(Mail().from("<a@legitimate.com>").field("Subject", "x").field("Subject", "y"));
  EXPECT_EQ(detail(judgement),
            "4F2A1: rejected: multiple Subject fields; client host.attack.com [1.2.3.4]; author "
            "legitimate.com");
  EXPECT_EQ(detail(world.judge(Mail().from("MAILER-DAEMON").field("Date", "x"))),
            "4F2A1: rejected: unable to parse From header field; client host.attack.com "
            "[1.2.3.4]; no author domain");
}

TEST(LogLines, tell_where_a_filter_in_front_saw_another_spf_result) {
  World world;
  world.settings.spf_self_validate = true;
  const Judgement judgement = world.judge(
      Mail()
          .sender("<a@legitimate.com>")
          .results("mx.victim.com; spf=pass smtp.mailfrom=legitimate.com; spf=pass smtp.helo=x.com")
          .from("<a@legitimate.com>"));
  EXPECT_TRUE(test::has_line(judgement,
                             "4F2A1: mx.victim.com reports spf=pass for legitimate.com, found "
                             "here: fail for legitimate.com; see SPFSelfValidate"));
  EXPECT_EQ(std::ranges::count(judgement.events, log::Id::spf_disagreement, &log::Event::id), 1);
}

TEST(LogLines, tell_where_a_filter_in_front_saw_an_arc_chain_that_is_not_there) {
  World world;
  const Mail mail = Mail().results("mx.victim.com; arc=pass").from("<a@legitimate.com>");
  EXPECT_EQ(
      std::ranges::count(world.judge(mail).events, log::Id::arc_disagreement, &log::Event::id), 0);
  world.settings.arc_self_validate = SelfValidate::always;
  EXPECT_TRUE(test::has_line(world.judge(mail),
                             "4F2A1: mx.victim.com reports arc=pass, found here: none: the message "
                             "has no ARC fields; see ARCSelfValidate"));
}

TEST(LogLines, tell_that_nothing_was_authenticated) {
  World world;
  const std::string line = detail(world.judge(Mail().from("<a@cautious.com>")));
  EXPECT_TRUE(line.ends_with("; nothing authenticated")) << line;
  EXPECT_NE(line.find("disposition none (HoldQuarantinedMessages is off)"), std::string::npos);
}

TEST(LogLines, tell_the_reason_of_an_error) {
  World world;
  EXPECT_EQ(detail(world.judge(Mail().field("Subject", "x"))),
            "4F2A1: permerror: no From field; disposition none; client host.attack.com [1.2.3.4]");
  const std::string temporary = detail(world.judge(Mail().from("<a@broken.com>")));
  EXPECT_TRUE(temporary.starts_with("4F2A1: temperror: _dmarc.broken.com: ")) << temporary;
}

// REC-23 for log lines; judge's tests look at every field and reply.
TEST(LogLines, show_what_the_client_chose_as_printable_text) {
  World world;
  world.settings.spf_self_validate = true;
  const Judgement judgement = world.judge(Mail()
                                              .client("192.0.2.7", "a\nb")
                                              .sender("<evil\r\n@attack.com>")
                                              .from("<a@legitimate.com>"));
  const auto lines = lines_of(judgement.events);
  ASSERT_GE(lines.size(), 2U);
  EXPECT_EQ(lines[0],
            "4F2A1: MAIL FROM <evil\\x0d\\x0a@attack.com> does not count for SPF: control octet");
  EXPECT_EQ(lines[1], "4F2A1: SPF(mailfrom): evil\\x0d\\x0a@attack.com none");
  EXPECT_NE(detail(judgement).find("client a\\x0ab [192.0.2.7]"), std::string::npos);
}

TEST(LogLines, name_the_first_few_removals_and_count_the_rest) {
  const Message message = Mail().message();
  std::vector<Removal> removals;
  for (std::size_t i = 5; i > 0; --i)
    removals.push_back({i, "mx"});
  EXPECT_EQ(removal_events(message, removals).size(), 5U);
  removals.push_back({6, "mx"});
  EXPECT_EQ(lines_of(removal_events(message, removals)).back(),
            "4F2A1: removed 1 more Authentication-Results fields that claim trusted names");
  EXPECT_TRUE(removal_events(message, {}).empty());
}

}  // namespace
}  // namespace dmarc::policy
