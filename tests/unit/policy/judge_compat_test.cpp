// What an installation of OpenDMARC sees when it changes over: the configuration that everybody
// starts from, and OpenDMARC's own behavioural tests.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::lines_of;
using test::Mail;
using test::values_of;
using test::World;
using Lines = std::vector<std::string>;

/// AuthservID OpenDMARC, TrustedAuthservIDs mail.yourdomain.com, RejectFailures, RequiredHeaders,
/// SPFIgnoreResults, SPFSelfValidate.
World seed_world() {
  World world;
  world.settings.authserv_id = "OpenDMARC";
  world.settings.trusted_authserv_ids = {"mail.yourdomain.com"};
  world.settings.reject_failures = true;
  world.settings.required_headers = true;
  world.settings.spf_ignore_results = true;
  world.settings.spf_self_validate = true;
  return world;
}

Mail dated(std::string_view from) {
  return Mail().from(from).field("Date", "Thu, 1 Jan 2026 00:00:00 +0000");
}

TEST(SeedConfiguration, rejects_spoofed_mail_and_says_why) {
  World world = seed_world();
  const Judgement judgement = world.judge(dated("CEO <ceo@legitimate.com>"));
  EXPECT_EQ(judgement.action, Action::reject);
  EXPECT_EQ(judgement.reply->code, 550);
  EXPECT_EQ(judgement.reply->enhanced, "5.7.1");
  EXPECT_EQ(judgement.reply->text, "rejected by DMARC policy for legitimate.com");
  EXPECT_EQ(values_of(judgement.insertions), Lines{"OpenDMARC; spf=pass smtp.mailfrom=attack.com"});
  EXPECT_EQ(lines_of(judgement.events),
            (Lines{"4F2A1: SPF(mailfrom): attack.com pass", "4F2A1: legitimate.com fail",
                   "4F2A1: fail; p=reject of legitimate.com (p); disposition reject; client "
                   "host.attack.com [1.2.3.4]; author's organization legitimate.com; SPF by own "
                   "check: attack.com pass, relaxed alignment: not aligned"}));
}

TEST(SeedConfiguration, passes_genuine_mail_by_the_result_of_opendkim) {
  World world = seed_world();
  const Judgement judgement = world.judge(
      dated("Shop <info@legitimate.com>")
          .sender("<bounce@attack.com>")
          .results("mail.yourdomain.com;\r\n\tdkim=pass (2048-bit key; unprotected) "
                   "header.d=legitimate.com header.i=@legitimate.com header.a=rsa-sha256 "
                   "header.s=mail header.b=QmFzZTY0;\r\n\tdkim-atps=neutral"));
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_EQ(values_of(judgement.insertions),
            (Lines{"OpenDMARC; spf=pass smtp.mailfrom=attack.com",
                   "OpenDMARC; dmarc=pass (p=reject dis=none) header.from=legitimate.com "
                   "policy.dmarc=reject"}));
  EXPECT_TRUE(judgement.removals.empty());
  EXPECT_EQ(lines_of(judgement.events),
            (Lines{"4F2A1: SPF(mailfrom): attack.com pass", "4F2A1: legitimate.com pass"}));
}

TEST(SeedConfiguration, rejects_a_forged_result_and_a_forged_spf_pass) {
  World world = seed_world();
  const Judgement judgement = world.judge(
      dated("<admin@legitimate.com>")
          .results("mail.yourdomain.com; dkim=none")
          .results("mail.yourdomain.com; dkim=pass header.d=legitimate.com")
          .results("OpenDMARC; dkim=pass header.d=legitimate.com; spf=pass "
                   "smtp.mailfrom=legitimate.com")
          .field("Received-SPF", "pass identity=mailfrom; envelope-from=any@legitimate.com"));
  EXPECT_EQ(judgement.action, Action::reject);
}

TEST(SeedConfiguration, rejects_a_result_forged_under_our_own_name_alone) {
  World world = seed_world();
  const Mail mail =
      dated("<admin@legitimate.com>").results("OpenDMARC; dkim=pass header.d=legitimate.com");
  EXPECT_EQ(world.judge(mail).action, Action::reject);
  world.settings.reject_failures = false;
  EXPECT_EQ(world.judge(mail).removals.size(), 1U);
}

TEST(SeedConfiguration, rejects_a_message_without_a_date) {
  World world = seed_world();
  const Judgement judgement = world.judge(Mail().from("<a@nopolicy.com>"));
  EXPECT_EQ(judgement.action, Action::reject);
  EXPECT_EQ(judgement.reply->code, 550);
  EXPECT_EQ(judgement.reply->text, "missing Date field");
  EXPECT_EQ(lines_of(judgement.events),
            (Lines{"4F2A1: RFC5322 requirement error: missing Date field",
                   "4F2A1: rejected: missing Date field; client host.attack.com [1.2.3.4]; author "
                   "nopolicy.com"}));
}

TEST(SeedConfiguration, rejects_a_from_that_cannot_be_parsed) {
  World world = seed_world();
  const Judgement judgement = world.judge(dated("undisclosed-senders:;"));
  EXPECT_EQ(judgement.action, Action::reject);
  EXPECT_EQ(judgement.reply->text, "unable to parse From header field");
}

TEST(SeedConfiguration, marks_a_quarantine_policy_and_lets_the_message_through) {
  World world = seed_world();
  const Judgement judgement = world.judge(dated("<a@cautious.com>"));
  EXPECT_EQ(judgement.action, Action::proceed);
  EXPECT_FALSE(judgement.hold_reason.has_value());
  EXPECT_EQ(values_of(judgement.insertions).back(),
            "OpenDMARC; dmarc=fail (p=quarantine dis=none) header.from=cautious.com "
            "policy.dmarc=quarantine");
  world.settings.hold_quarantined_messages = true;
  const Judgement held = world.judge(dated("<a@cautious.com>"));
  EXPECT_EQ(held.action, Action::accept);
  EXPECT_EQ(held.hold_reason, "quarantined by DMARC policy for cautious.com");
  EXPECT_EQ(values_of(held.insertions).back(),
            "OpenDMARC; dmarc=fail (p=quarantine dis=quarantine) header.from=cautious.com "
            "policy.dmarc=quarantine");
}

TEST(SeedConfiguration, marks_mail_without_a_policy) {
  World world = seed_world();
  const Judgement judgement = world.judge(dated("<a@NoPolicy.com>"));
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_EQ(values_of(judgement.insertions).back(),
            "OpenDMARC; dmarc=none (p=none dis=none) header.from=NoPolicy.com");
  EXPECT_EQ(lines_of(judgement.events).back(), "4F2A1: NoPolicy.com none");
}

TEST(SeedConfiguration, accepts_mail_whose_policy_cannot_be_asked_for_now) {
  World world = seed_world();
  const Judgement judgement = world.judge(dated("<a@broken.com>"));
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_EQ(judgement.result, Result::temperror);
  const auto shown = test::dmarc_result(judgement);
  ASSERT_TRUE(shown.has_value());
  EXPECT_NE(shown->reason, "");
}

TEST(SoftwareHeader, stands_above_the_results) {
  World world = seed_world();
  world.settings.software_header = true;
  const Judgement judgement = world.judge(dated("<a@nopolicy.com>"));
  ASSERT_EQ(judgement.insertions.size(), 3U);
  EXPECT_EQ(judgement.insertions[2].name, "DMARC-Filter");
  EXPECT_EQ(judgement.insertions[2].value,
            "OpenDMARC Filter v1.0 mx.victim.com via host.victim.com 4F2A1");
}

TEST(ImplicitId, is_logged_with_each_message) {
  World world;
  world.settings.authserv_id.clear();
  const Judgement judgement = world.judge(Mail().from("<a@nopolicy.com>"));
  EXPECT_EQ(lines_of(judgement.events).front(), "implicit authentication service: mx.victim.com");
  EXPECT_TRUE(values_of(judgement.insertions).back().starts_with("mx.victim.com; dmarc="));
}

// What follows are OpenDMARC's behavioural tests, with domains of this world.

TEST(OpenDmarcTests, authservid_jobid) {
  World world;
  world.settings.authserv_id = "testhost";
  world.settings.authserv_id_with_job_id = true;
  world.settings.spf_self_validate = true;
  const Judgement judgement = world.judge(Mail()
                                              .job("testjobid")
                                              .sender("<user@legitimate.com>")
                                              .from("user@legitimate.com")
                                              .client(test::genuine_client));
  EXPECT_EQ(judgement.action, Action::accept);
  ASSERT_EQ(judgement.insertions.size(), 2U);
  for (const std::string& value : values_of(judgement.insertions)) {
    EXPECT_TRUE(value.starts_with("\"testhost/testjobid\"; ")) << value;
  }
}

TEST(OpenDmarcTests, multi_from_malformed) {
  World world;
  const Judgement judgement =
      world.judge(Mail().from("user1@legitimate.com, user2, user3@legitimate.com"));
  EXPECT_EQ(judgement.result, Result::fail);
  EXPECT_EQ(judgement.action, Action::accept);
}

TEST(OpenDmarcTests, multi_from_reject) {
  World world;
  world.settings.reject_multi_value_from = true;
  const Judgement judgement =
      world.judge(Mail().from("user1@nopolicy.com, user2@attack.com, user3@nopolicy.com"));
  EXPECT_EQ(judgement.action, Action::reject);
  EXPECT_FALSE(judgement.reply);
  EXPECT_EQ(lines_of(judgement.events).front(), "4F2A1: multi-valued From field detected");
}

TEST(OpenDmarcTests, nodata) {
  World world;
  const Mail mail = Mail().sender("<user@legitimate.com>").from("user@legitimate.com");
  const Judgement judgement = world.judge(mail);
  EXPECT_EQ(judgement.action, Action::proceed);
  EXPECT_EQ(test::dmarc_result(judgement)->word(), "fail");
  world.settings.reject_failures = true;
  EXPECT_EQ(world.judge(mail).reply->code, 550);
}

TEST(OpenDmarcTests, received_spf_good) {
  World world;
  const Judgement judgement =
      world.judge(Mail()
                      .sender("<somebody@legitimate.com>")
                      .from("somebody@legitimate.com")
                      .field("Received-SPF",
                             "pass identity=mailfrom; envelope-from=\"somebody@legitimate.com\""));
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_EQ(test::dmarc_result(judgement)->word(), "pass");
}

TEST(OpenDmarcTests, received_spf_bad) {
  World world("_dmarc.monitored.com TXT \"v=DMARC1; p=none\"\n");
  const Judgement judgement = world.judge(Mail()
                                              .sender("<somebody@monitored.com>")
                                              .from("somebody@monitored.com")
                                              .field("Received-SPF", "pass"));
  EXPECT_EQ(judgement.action, Action::accept);
  EXPECT_EQ(test::dmarc_result(judgement)->word(), "fail");
}

TEST(OpenDmarcTests, self_spf) {
  World world;
  world.settings.spf_self_validate = true;
  const Judgement judgement =
      world.judge(Mail().sender("<user@legitimate.com>").from("user@legitimate.com"));
  EXPECT_EQ(values_of(judgement.insertions).front(),
            "mx.victim.com; spf=fail smtp.mailfrom=legitimate.com");
}

TEST(OpenDmarcTests, unspec) {
  World world;
  Message message = Mail().sender("<user@legitimate.com>").from("user@legitimate.com").message();
  message.client.reset();
  const Judgement judgement = world.judge(message);
  EXPECT_EQ(test::dmarc_result(judgement)->word(), "fail");
}

}  // namespace
}  // namespace dmarc::policy
