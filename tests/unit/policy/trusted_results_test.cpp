#include "policy/trusted_results.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::lines_of;
using test::Mail;

Settings settings_trusting(const std::vector<std::string>& ids) {
  Settings settings;
  settings.authserv_id = "mx.victim.com";
  settings.host_name = "mx.victim.com";
  settings.trusted_authserv_ids = ids;
  return settings;
}

/// "dkim=pass d1 dkim=fail d2"
std::string shown(const std::vector<mail::MethodResult>& results) {
  std::string text;
  for (const auto& result : results) {
    text += (text.empty() ? "" : " ") + result.method + "=" + std::string(result.word());
    for (const auto& property : result.properties)
      text += " " + property.value;
  }
  return text;
}

std::vector<std::size_t> indices(const std::vector<Removal>& removals) {
  std::vector<std::size_t> result;
  for (const Removal& removal : removals)
    result.push_back(removal.index);
  return result;
}

using Indices = std::vector<std::size_t>;

TEST(TrustedResults, come_from_a_field_with_a_trusted_id) {
  const auto read = read_trusted_results(
      Mail()
          .results("mx.victim.com; spf=pass smtp.mailfrom=a.com; dkim=pass header.d=b.com")
          .message(),
      settings_trusting({}));
  EXPECT_EQ(shown(read.spf), "spf=pass a.com");
  EXPECT_EQ(shown(read.dkim), "dkim=pass b.com");
  EXPECT_TRUE(read.removals.empty());
  EXPECT_TRUE(read.events.empty());
}

TEST(TrustedResults, compare_ids_without_regard_to_case) {
  const auto read =
      read_trusted_results(Mail().results("FILTER.Victim.COM; dkim=pass header.d=b.com").message(),
                           settings_trusting({"filter.victim.com"}));
  EXPECT_EQ(shown(read.dkim), "dkim=pass b.com");
}

TEST(TrustedResults, leave_fields_of_strangers_alone_and_say_so) {
  const auto read =
      read_trusted_results(Mail()
                               .results("mx.victim.com; dkim=none")
                               .results("mx.victim.com.attack.com; dkim=pass header.d=b.com")
                               .results("not-mx.victim.com; dkim=pass header.d=b.com")
                               .message(),
                           settings_trusting({}));
  EXPECT_EQ(shown(read.dkim), "dkim=none");
  EXPECT_TRUE(read.removals.empty());
  EXPECT_EQ(lines_of(read.events),
            (std::vector<std::string>{
                "4F2A1 ignoring Authentication-Results at 1 from mx.victim.com.attack.com",
                "4F2A1 ignoring Authentication-Results at 2 from not-mx.victim.com"}));
}

TEST(TrustedResults, count_for_each_method_from_the_topmost_field_alone) {
  const auto read =
      read_trusted_results(Mail()
                               .results("mx.victim.com; dkim=fail header.d=a.com")
                               .field("Subject", "between")
                               .results("mx.victim.com; spf=pass smtp.mailfrom=b.com")
                               .results("mx.victim.com; dkim=pass header.d=forged.com; "
                                        "spf=pass smtp.mailfrom=forged.com")
                               .results("elsewhere.com; dkim=pass header.d=c.com")
                               .results("mx.victim.com; dkim=pass header.d=forged.com")
                               .message(),
                           settings_trusting({}));
  EXPECT_EQ(shown(read.dkim), "dkim=fail a.com");
  EXPECT_EQ(shown(read.spf), "spf=pass b.com");
  EXPECT_EQ(indices(read.removals), (Indices{5, 3}));
}

TEST(TrustedResults, count_all_results_of_a_method_in_that_field) {
  const auto read = read_trusted_results(
      Mail().results("mx.victim.com; dkim=fail header.d=a.com; dkim=pass header.d=b.com").message(),
      settings_trusting({}));
  EXPECT_EQ(shown(read.dkim), "dkim=fail a.com dkim=pass b.com");
}

TEST(TrustedResults, remove_trusted_fields_that_decide_nothing) {
  const auto read =
      read_trusted_results(Mail()
                               .results("mx.victim.com; dmarc=pass header.from=legitimate.com")
                               .results("mx.victim.com; arc=pass")
                               .results("mx.victim.com; arc=pass")
                               .message(),
                           settings_trusting({}));
  EXPECT_EQ(indices(read.removals), (Indices{3, 1}));
}

TEST(TrustedResults, leave_what_a_filter_in_front_says_about_other_methods) {
  const auto read =
      read_trusted_results(Mail()
                               .results("mx.victim.com; none")
                               .results("mx.victim.com; iprev=pass policy.iprev=192.0.2.1")
                               .results("mx.victim.com; auth=pass smtp.auth=user; iprev=fail")
                               .results("mx.victim.com; iprev=pass policy.iprev=192.0.2.66")
                               .results("mx.victim.com; bimi=pass; dmarc=pass header.from=a.com")
                               .message(),
                           settings_trusting({}));
  EXPECT_EQ(indices(read.removals), (Indices{5, 4}));
}

TEST(TrustedResults, believe_nothing_below_a_trusted_field_that_cannot_be_read) {
  const auto read =
      read_trusted_results(Mail()
                               .results("mx.victim.com; spf=pass smtp.mailfrom=a.com")
                               .results("mx.victim.com; dkim=pass header.d=b.com(\"=")
                               .results("mx.victim.com; dkim=pass header.d=forged.com")
                               .message(),
                           settings_trusting({}));
  EXPECT_EQ(shown(read.spf), "spf=pass a.com");
  EXPECT_EQ(shown(read.dkim), "");
  EXPECT_EQ(indices(read.removals), (Indices{3, 2}));
}

TEST(TrustedResults, with_trust_any_come_from_every_trusted_field_and_none_is_removed) {
  Settings settings = settings_trusting({"spf.victim.com"});
  settings.auth_results_trust = AuthResultsTrust::any;
  const auto read = read_trusted_results(Mail()
                                             .results("mx.victim.com; dkim=fail header.d=a.com")
                                             .results("mx.victim.com; dkim=broken=")
                                             .results("spf.victim.com; dkim=pass header.d=b.com")
                                             .message(),
                                         settings);
  EXPECT_EQ(shown(read.dkim), "dkim=fail a.com dkim=pass b.com");
  EXPECT_TRUE(read.removals.empty());
}

TEST(TrustedResults, believe_an_implicit_id) {
  Settings settings = settings_trusting({});
  settings.authserv_id.clear();
  settings.host_name = "host.victim.com";
  const Mail from_mta = Mail().mta("mta.victim.com").results("mta.victim.com; dkim=none");
  EXPECT_EQ(shown(read_trusted_results(from_mta.message(), settings).dkim), "dkim=none");
  const Mail from_host = Mail().mta("").results("host.victim.com; dkim=none");
  EXPECT_EQ(shown(read_trusted_results(from_host.message(), settings).dkim), "dkim=none");
}

TEST(TrustedResults, with_job_id_need_the_id_alone_or_this_messages_job_id) {
  Settings settings = settings_trusting({});
  settings.authserv_id_with_job_id = true;
  const auto dkim_under = [&](const std::string& id) {
    return shown(
        read_trusted_results(Mail().job("4F2A1").results(id + "; dkim=none").message(), settings)
            .dkim);
  };
  EXPECT_EQ(dkim_under("mx.victim.com"), "dkim=none");
  EXPECT_EQ(dkim_under("\"MX.victim.com/4F2A1\""), "dkim=none");
  EXPECT_EQ(dkim_under("\"mx.victim.com/4f2a1\""), "");
  EXPECT_EQ(dkim_under("\"mx.victim.com/\""), "");
  EXPECT_EQ(dkim_under("\"mx.victim.com/4F2A1/x\""), "");
  EXPECT_EQ(dkim_under("\"attack.com/4F2A1\""), "");
}

TEST(TrustedResults, with_job_id_remove_fields_with_another_job_id) {
  Settings settings = settings_trusting({});
  settings.authserv_id_with_job_id = true;
  const auto read = read_trusted_results(Mail()
                                             .results("\"mx.victim.com/4F2A1\"; dkim=none")
                                             .results("\"mx.victim.com/0\"; dkim=pass")
                                             .message(),
                                         settings);
  EXPECT_EQ(indices(read.removals), Indices{2});
}

TEST(TrustedResults, with_job_id_and_trust_any_log_fields_with_another_job_id) {
  Settings settings = settings_trusting({});
  settings.authserv_id_with_job_id = true;
  settings.auth_results_trust = AuthResultsTrust::any;
  const auto read = read_trusted_results(
      Mail().results("mx.victim.com/OTHER; dkim=pass header.d=a.com").message(), settings);
  EXPECT_EQ(shown(read.dkim), "");
  EXPECT_TRUE(read.removals.empty());
  ASSERT_EQ(read.events.size(), 1U);
  EXPECT_EQ(read.events.front().id(), log::Id::untrusted_auth_results);
}

TEST(TrustedResults, without_job_id_take_an_id_with_a_slash_for_another) {
  const auto read = read_trusted_results(
      Mail().results("\"mx.victim.com/4F2A1\"; dkim=none").message(), settings_trusting({}));
  EXPECT_EQ(shown(read.dkim), "");
  EXPECT_TRUE(read.removals.empty());
}

TEST(TrustedResults, look_into_fifty_fields) {
  Mail mail;
  for (int i = 0; i < 50; ++i)
    mail.results("mx.victim.com; dmarc=pass");
  mail.results("mx.victim.com; dkim=pass header.d=b.com");
  const auto read = read_trusted_results(mail.message(), settings_trusting({}));
  EXPECT_EQ(shown(read.dkim), "");
  EXPECT_EQ(read.removals.size(), 51U);
  EXPECT_EQ(read.removals.front().index, 51U);
  EXPECT_EQ(read.removals.back().index, 1U);
}

TEST(TrustedResults, remove_a_hundred_fields_from_the_top_and_count_the_rest) {
  Mail mail;
  for (std::size_t i = 0; i < TrustedResults::max_removals; ++i)
    mail.results("mx.victim.com; dmarc=pass");
  const auto all = read_trusted_results(mail.message(), settings_trusting({}));
  EXPECT_EQ(all.removals.size(), 100U);
  EXPECT_EQ(all.left_behind, 0U);
  mail.results("mx.victim.com; dmarc=pass").results("mx.victim.com; dmarc=pass");
  const auto most = read_trusted_results(mail.message(), settings_trusting({}));
  EXPECT_EQ(most.removals.size(), 100U);
  EXPECT_EQ(most.removals.front().index, 100U);
  EXPECT_EQ(most.left_behind, 2U);
}

TEST(TrustedResults, still_find_a_result_in_the_fiftieth_field) {
  Mail mail;
  for (int i = 0; i < 49; ++i)
    mail.results("mx.victim.com; iprev=pass");
  mail.results("mx.victim.com; dkim=pass header.d=b.com");
  EXPECT_EQ(shown(read_trusted_results(mail.message(), settings_trusting({})).dkim),
            "dkim=pass b.com");
}

TEST(TrustedResults, do_not_flood_the_log_with_strangers) {
  Mail mail;
  for (int i = 0; i < 1000; ++i)
    mail.results("elsewhere.com; dkim=pass");
  EXPECT_EQ(read_trusted_results(mail.message(), settings_trusting({})).events.size(),
            TrustedResults::max_examined);
}

TEST(TrustedResults, never_come_from_fields_of_similar_names) {
  Mail mail;
  for (const char* name :
       {"ARC-Authentication-Results", "X-Authentication-Results", "Authentication-Results-Original",
        "X-Original-Authentication-Results"}) {
    mail.field(name, "mx.victim.com; dkim=pass header.d=legitimate.com");
    mail.field(name, "i=1; mx.victim.com; dkim=pass header.d=legitimate.com");
  }
  const auto read = read_trusted_results(mail.message(), settings_trusting({}));
  EXPECT_TRUE(read.dkim.empty());
  EXPECT_TRUE(read.removals.empty());
}

TEST(TrustedResults, come_from_a_field_whose_name_is_written_otherwise) {
  for (const char* name :
       {"AUTHENTICATION-RESULTS", "authentication-results ", "Authentication-Results\t"}) {
    const auto read = read_trusted_results(Mail().field(name, "mx.victim.com; dkim=none").message(),
                                           settings_trusting({}));
    EXPECT_EQ(shown(read.dkim), "dkim=none") << name;
  }
}

TEST(TrustedResults, skip_fields_without_an_id) {
  const auto read = read_trusted_results(Mail()
                                             .results("dkim=pass header.d=legitimate.com")
                                             .results("")
                                             .results("; dkim=pass")
                                             .message(),
                                         settings_trusting({}));
  EXPECT_TRUE(read.dkim.empty());
  EXPECT_TRUE(read.removals.empty());
}

}  // namespace
}  // namespace dmarc::policy
