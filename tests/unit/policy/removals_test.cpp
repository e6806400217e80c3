// What stays in a message and what is taken out, seen through the whole judgement.
#include "policy/removals.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::Mail;
using test::World;

World usual() {
  World world;
  world.settings.trusted_authserv_ids = {"filter.victim.com"};
  world.settings.authserv_id = "mx.victim.com";
  world.settings.host_name = "mx.victim.com";
  return world;
}

/// The indices of the fields that are removed, from the bottom up.
std::string removed(World world, const std::vector<std::string>& fields,
                    Mail mail = Mail().sender("<any@legitimate.com>")) {
  for (const std::string& field : fields)
    mail.results(field);
  std::string text;
  for (const Removal& removal : world.judge(mail.from("<admin@legitimate.com>")).removals)
    text += (text.empty() ? "" : " ") + std::to_string(removal.index);
  return text;
}

// T7: OpenDKIM removes no field without a dkim result, so a sender's stays for all who come later.
TEST(Removals, are_all_that_report_dmarc_under_our_own_name) {
  for (const std::string value :
       {"mx.victim.com; spf=pass smtp.mailfrom=legitimate.com; dmarc=pass "
        "header.from=legitimate.com",
        "mx.victim.com; dmarc=fail", "mx.victim.com; arc=pass; dmarc=pass; dkim=none",
        "MX.VICTIM.COM; dmarc=pass", "mx.victim.com.; dmarc=pass",
        "\"mx.victim.com/1\"; dmarc=pass",
        "mx\xe3\x80\x82victim\xe3\x80\x82"
        "com; dmarc=pass",
        "(x) mx . victim.com; dmarc=pass", "mx.victim.com; dmarc=pass (",
        "mx.victim.com 2; dmarc=pass"}) {
    EXPECT_EQ(removed(usual(), {value}), "1") << value;
  }
}

TEST(Removals, with_trust_any_are_these_alone) {
  World world = usual();
  world.settings.auth_results_trust = AuthResultsTrust::any;
  EXPECT_EQ(
      removed(world, {"mx.victim.com; dkim=none", "mx.victim.com; dmarc=pass",
                      "mx.victim.com.; dmarc=pass", "filter.victim.com; dmarc=pass",
                      "mx.victim.com; dkim=(", "filter.victim.com; dkim=pass header.d=a.com"}),
      "3 2");
}

TEST(Removals, are_what_claims_a_trusted_name_and_is_not_believed) {
  EXPECT_EQ(
      removed(usual(), {"mx.victim.com; none", "filter.victim.com.; none", "elsewhere.com; none",
                        "filter.victim.com; none", "filter.victim.com; dkim=("}),
      "5 4 2");
  EXPECT_EQ(removed(usual(), {"filter.victim.com; x-foo=pass"}), "1");
}

TEST(Removals, leave_what_does_not_contradict) {
  EXPECT_EQ(removed(usual(), {"filter.victim.com; dkim=fail header.d=legitimate.com",
                              "filter.victim.com; spf=pass smtp.mailfrom=legitimate.com",
                              "filter.victim.com; iprev=pass policy.iprev=192.0.2.1; auth=pass",
                              "mx.victim.com; none", "filter.victim.com; spf=pass smtp.helo=a.com",
                              "filter.victim.com; dmarc=pass header.from=legitimate.com"}),
            "");
}

TEST(Removals, are_passes_of_dkim_that_do_not_count) {
  EXPECT_EQ(removed(usual(), {"filter.victim.com; dkim=pass header.d=legitimate.com",
                              "filter.victim.com; dkim=none"}),
            "1");
  EXPECT_EQ(removed(usual(), {"filter.victim.com; dkim=pass header.d=legitimate.com"}), "");
  EXPECT_EQ(removed(usual(), {"filter.victim.com; dkim=pass header.d=legitimate.com"},
                    Mail().field("DKIM-Signature", "garbage")),
            "1");
}

TEST(Removals, are_passes_of_spf_that_contradict_ours) {
  World world = usual();
  world.settings.spf_self_validate = true;
  const auto of = [&](const std::string& spf) {
    return removed(world, {"filter.victim.com; " + spf});
  };
  EXPECT_EQ(of("spf=pass smtp.mailfrom=legitimate.com"), "1");
  EXPECT_EQ(of("spf=pass smtp.mailfrom=attack.com"), "1");
  EXPECT_EQ(of("spf=pass"), "1");
  EXPECT_EQ(of("spf=pass smtp.mailfrom=any@legitimate.com smtp.helo=a.com"), "1");
  EXPECT_EQ(of("spf=fail smtp.mailfrom=legitimate.com"), "");
  EXPECT_EQ(of("spf=pass smtp.helo=attack.com"), "") << "that identity was not checked";
  const Mail genuine = Mail().sender("<any@legitimate.com>").client(test::genuine_client);
  EXPECT_EQ(
      removed(world, {"filter.victim.com; spf=pass smtp.mailfrom=any@legitimate.com"}, genuine),
      "");
  EXPECT_EQ(removed(world, {"filter.victim.com; spf=pass smtp.mailfrom=attack.com"}, genuine), "1");
}

TEST(Removals, are_results_of_dmarc_that_are_not_ours) {
  EXPECT_EQ(removed(usual(), {"filter.victim.com; dmarc=pass header.from=legitimate.com"}), "1");
  EXPECT_EQ(removed(usual(), {"filter.victim.com; dmarc=fail header.from=legitimate.com"}), "");
  EXPECT_EQ(removed(usual(), {"filter.victim.com; dkim=pass header.d=legitimate.com",
                              "filter.victim.com; dmarc=pass header.from=attack.com"}),
            "2");
}

}  // namespace
}  // namespace dmarc::policy
