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

/// "2: it can't be read, 3: ..."
std::string doubts(const TrustedResults& read) {
  std::string text;
  for (const DoubtedField& field : read.doubted)
    text += (text.empty() ? "" : ", ") + std::to_string(field.index) + ": " + field.reason;
  return text;
}

TEST(TrustedResults, come_from_a_field_with_a_trusted_id) {
  const auto read = read_trusted_results(
      Mail()
          .results("mx.victim.com; spf=pass smtp.mailfrom=a.com; dkim=pass header.d=b.com")
          .message(),
      settings_trusting({}));
  EXPECT_EQ(shown(read.of_method("spf")), "spf=pass a.com");
  EXPECT_EQ(shown(read.of_method("dkim")), "dkim=pass b.com");
  EXPECT_TRUE(read.doubted.empty());
  EXPECT_TRUE(read.events.empty());
}

TEST(TrustedResults, compare_ids_without_regard_to_case) {
  const auto read =
      read_trusted_results(Mail().results("FILTER.Victim.COM; dkim=pass header.d=b.com").message(),
                           settings_trusting({"filter.victim.com"}));
  EXPECT_EQ(shown(read.of_method("dkim")), "dkim=pass b.com");
}

TEST(TrustedResults, leave_fields_of_strangers_alone_and_say_so) {
  const auto read =
      read_trusted_results(Mail()
                               .results("mx.victim.com; dkim=none")
                               .results("mx.victim.com.attack.com; dkim=pass header.d=b.com")
                               .results("not-mx.victim.com; dkim=pass header.d=b.com")
                               .message(),
                           settings_trusting({}));
  EXPECT_EQ(shown(read.of_method("dkim")), "dkim=none");
  EXPECT_TRUE(read.doubted.empty());
  EXPECT_EQ(lines_of(read.events),
            (std::vector<std::string>{
                "4F2A1 ignoring Authentication-Results at 1 from mx.victim.com.attack.com",
                "4F2A1 ignoring Authentication-Results at 2 from not-mx.victim.com"}));
}

TEST(TrustedResults, come_from_the_topmost_block) {
  const auto read =
      read_trusted_results(Mail()
                               .results("mx.victim.com; dkim=fail header.d=a.com")
                               .field("Subject", "between")
                               .results("mx.victim.com; spf=pass smtp.mailfrom=b.com")
                               .field("X-Received", "no Received field")
                               .results("mx.victim.com; dkim=pass header.d=c.com")
                               .field("Received", "from attack.com")
                               .results("mx.victim.com; dkim=pass header.d=forged.com")
                               .results("elsewhere.com; dkim=pass header.d=c.com")
                               .message(),
                           settings_trusting({}));
  EXPECT_EQ(shown(read.of_method("dkim")), "dkim=fail a.com dkim=pass c.com");
  EXPECT_EQ(shown(read.of_method("spf")), "spf=pass b.com");
  EXPECT_EQ(doubts(read), "4: it stands below a Received field");
  EXPECT_EQ(lines_of(read.events).back(),
            "4F2A1: Authentication-Results field 4 from mx.victim.com does not count: it stands "
            "below a Received field");
}

TEST(TrustedResults, end_at_the_first_field_under_another_name) {
  for (const char* other :
       {"elsewhere.com; none", "mx.victim.com.; none", "mx.victim.com/1; none"}) {
    const auto read =
        read_trusted_results(Mail()
                                 .results("mx.victim.com; spf=pass smtp.mailfrom=a.com")
                                 .results(other)
                                 .results("mx.victim.com; dkim=pass header.d=forged.com")
                                 .message(),
                             settings_trusting({}));
    EXPECT_EQ(shown(read.of_method("spf")), "spf=pass a.com") << other;
    EXPECT_EQ(shown(read.of_method("dkim")), "") << other;
    EXPECT_TRUE(doubts(read).ends_with("3: it stands below a field under another name")) << other;
  }
}

TEST(TrustedResults, end_at_the_first_field_that_cannot_be_read) {
  for (const char* broken : {"mx.victim.com; dkim=pass header.d=b.com(\"=", "elsewhere.com; dkim=(",
                             "dkim=pass", "", ";"}) {
    const auto read =
        read_trusted_results(Mail()
                                 .results("mx.victim.com; spf=pass smtp.mailfrom=a.com")
                                 .results(broken)
                                 .results("mx.victim.com; dkim=pass header.d=forged.com")
                                 .message(),
                             settings_trusting({}));
    EXPECT_EQ(shown(read.of_method("spf")), "spf=pass a.com") << broken;
    EXPECT_EQ(shown(read.of_method("dkim")), "") << broken;
    EXPECT_TRUE(doubts(read).ends_with("3: it stands below a field that can't be read")) << broken;
  }
}

// M4
TEST(TrustedResults, tell_what_cannot_be_read) {
  const auto read = read_trusted_results(
      Mail()
          .results("mx.victim.com; dkim=pass header.d=a.com; gateway.spf=pass; spf=none")
          .message(),
      settings_trusting({}));
  EXPECT_TRUE(read.fields.empty());
  EXPECT_EQ(lines_of(read.events),
            std::vector<std::string>{
                "4F2A1: Authentication-Results field 1 from mx.victim.com does not count: it can't "
                "be read: not the syntax of RFC 8601: \"gateway.spf=pass\""});
}

/// Signed, so that with DKIMSelfValidate false each pass needs a signature.
Mail signed_mail() {
  return Mail().field("DKIM-Signature",
                      "v=1; a=rsa-sha256; d=a.com; s=s; h=from; b=QQ==; "
                      "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(TrustedResults, pass_over_what_cannot_be_read_where_signatures_are_compared) {
  Settings settings = settings_trusting({});
  settings.dkim_self_validate = SelfValidate::never;
  for (const char* broken : {"gateway.spf=pass", "client-ip=203.0.113.5", "dkim=pass junk", "=x"}) {
    const auto read = read_trusted_results(
        signed_mail()
            .results(std::string("mx.victim.com; ") + broken +
                     "; dkim=pass header.d=a.com; spf=pass smtp.mailfrom=a.com")
            .results("mx.victim.com; spf=pass smtp.mailfrom=b.com")
            .message(),
        settings);
    EXPECT_EQ(shown(read.of_method("dkim")), "dkim=pass a.com") << broken;
    EXPECT_EQ(shown(read.of_method("spf")), "") << "nothing that is not compared: " << broken;
    ASSERT_EQ(read.events.size(), 2U);
    EXPECT_TRUE(read.events.front().text().ends_with("only those of dkim count"));
  }
}

TEST(TrustedResults, pass_over_nothing_whose_end_is_in_doubt) {
  Settings settings = settings_trusting({});
  settings.dkim_self_validate = SelfValidate::never;
  for (const char* broken : {"x.y=\"", "x.y=(z", "x=\\;", "spf=pass (c) junk"}) {
    const auto read = read_trusted_results(
        signed_mail()
            .results(std::string("mx.victim.com; ") + broken + "; dkim=pass header.d=a.com")
            .message(),
        settings);
    EXPECT_TRUE(read.fields.empty()) << broken;
  }
}

// T3: lenient about what claims a trusted name, strict about what is believed.
TEST(TrustedResults, need_the_exact_id) {
  for (const char* id : {"mx.victim.com.", "mx.victim.com..", "mx.victim.com:25",
                         "mx.victim.com/4F2A1", "mx . victim . com", "\"mx.victim.com.\"",
                         "mx\xe3\x80\x82victim\xe3\x80\x82"
                         "com",
                         "\xef\xbd\x8dx.victim.com"}) {
    const auto read = read_trusted_results(
        Mail().results(std::string(id) + "; dkim=pass header.d=b.com").message(),
        settings_trusting({}));
    EXPECT_TRUE(read.fields.empty()) << id;
    EXPECT_EQ(read.doubted.size(), 1U) << id;
  }
  EXPECT_EQ(read_trusted_results(Mail()
                                     .results("mx.b\xc3\xbc"
                                              "cher.com; none")
                                     .message(),
                                 settings_trusting({"mx.xn--bcher-kva.com"}))
                .doubted.size(),
            1U);
}

TEST(TrustedResults, count_only_as_a_whole) {
  for (const std::string method : {"x-foo", "dkim/2", "bimi"}) {
    const auto read = read_trusted_results(
        Mail()
            .results("mx.victim.com; iprev=pass policy.iprev=192.0.2.1; arc=none")
            .results("mx.victim.com; spf=pass smtp.mailfrom=a.com; " + method + "=pass")
            .message(),
        settings_trusting({}));
    EXPECT_EQ(read.fields.size(), 1U);
    EXPECT_EQ(doubts(read), "2: the method " + method + " is not registered");
  }
}

// The filter in front wrote it; what stands below may be forged.
TEST(TrustedResults, end_at_a_field_that_does_not_count) {
  const auto read = read_trusted_results(Mail()
                                             .results("mx.victim.com; spf=fail "
                                                      "smtp.mailfrom=a.com; dkim=none; x-foo=1")
                                             .results("mx.victim.com; spf=pass smtp.mailfrom=a.com")
                                             .results("mx.victim.com; dkim=pass header.d=a.com")
                                             .message(),
                                         settings_trusting({}));
  EXPECT_TRUE(read.fields.empty());
  EXPECT_TRUE(read.other_dkim_result);
  EXPECT_EQ(doubts(read),
            "1: the method x-foo is not registered, 2: it stands below a field that does not "
            "count, 3: it stands below a field that does not count");
}

TEST(TrustedResults, with_trust_any_come_from_every_trusted_field) {
  Settings settings = settings_trusting({"spf.victim.com"});
  settings.auth_results_trust = AuthResultsTrust::any;
  const auto read = read_trusted_results(Mail()
                                             .results("mx.victim.com; dkim=fail header.d=a.com")
                                             .results("mx.victim.com; dkim=broken=")
                                             .results("elsewhere.com; none")
                                             .field("Received", "from attack.com")
                                             .results("spf.victim.com; dkim=pass header.d=b.com; "
                                                      "x-foo=pass")
                                             .message(),
                                         settings);
  EXPECT_EQ(shown(read.of_method("dkim")), "dkim=fail a.com dkim=pass b.com");
  EXPECT_EQ(read.doubted.size(), 1U);
}

TEST(TrustedResults, believe_an_implicit_id) {
  Settings settings = settings_trusting({});
  settings.authserv_id.clear();
  settings.host_name = "host.victim.com";
  const Mail from_mta = Mail().mta("mta.victim.com").results("mta.victim.com; dkim=none");
  EXPECT_EQ(shown(read_trusted_results(from_mta.message(), settings).of_method("dkim")),
            "dkim=none");
  const Mail from_host = Mail().mta("").results("host.victim.com; dkim=none");
  EXPECT_EQ(shown(read_trusted_results(from_host.message(), settings).of_method("dkim")),
            "dkim=none");
}

// T4
TEST(TrustedResults, with_job_id_need_this_messages_job_id_under_our_own_name) {
  for (const std::vector<std::string>& listed :
       {std::vector<std::string>{}, {"mx.victim.com"}, {"filter.victim.com"}}) {
    Settings settings = settings_trusting(listed);
    settings.authserv_id_with_job_id = true;
    const auto dkim_under = [&](const std::string& id) {
      return shown(
          read_trusted_results(Mail().job("4F2A1").results(id + "; dkim=none").message(), settings)
              .of_method("dkim"));
    };
    EXPECT_EQ(dkim_under("mx.victim.com"), "");
    EXPECT_EQ(dkim_under("\"MX.victim.com/4F2A1\""), "dkim=none");
    EXPECT_EQ(dkim_under("\"mx.victim.com/4f2a1\""), "");
    EXPECT_EQ(dkim_under("\"mx.victim.com/\""), "");
    EXPECT_EQ(dkim_under("\"mx.victim.com/4F2A1/x\""), "");
    EXPECT_EQ(dkim_under("\"attack.com/4F2A1\""), "");
  }
}

TEST(TrustedResults, with_job_id_believe_another_name_in_both_forms) {
  Settings settings = settings_trusting({"filter.victim.com"});
  settings.authserv_id_with_job_id = true;
  for (const auto& [id, believed] :
       {std::pair{"filter.victim.com", true}, std::pair{"filter.victim.com/4F2A1", true},
        std::pair{"filter.victim.com/0", false}}) {
    EXPECT_EQ(
        read_trusted_results(Mail().results(std::string(id) + "; dkim=none").message(), settings)
                .fields.size() == 1,
        believed)
        << id;
  }
}

TEST(TrustedResults, with_job_id_and_without_one_from_the_mta_believe_nothing_under_our_own_name) {
  Settings settings = settings_trusting({"mx.victim.com"});
  settings.authserv_id_with_job_id = true;
  for (const std::string id :
       {"mx.victim.com", "mx.victim.com/", "\"mx.victim.com/(unknown-jobid)\""})
    for (const AuthResultsTrust trust : {AuthResultsTrust::topmost, AuthResultsTrust::any}) {
      settings.auth_results_trust = trust;
      EXPECT_TRUE(
          read_trusted_results(
              Mail().job(unknown_job_id).results(id + "; dkim=pass header.d=a.com").message(),
              settings)
              .fields.empty())
          << id;
    }
}

TEST(TrustedResults, without_job_id_take_an_id_with_a_slash_for_one_that_claims_a_trusted_name) {
  const auto read = read_trusted_results(
      Mail().results("\"mx.victim.com/4F2A1\"; dkim=none").message(), settings_trusting({}));
  EXPECT_TRUE(read.fields.empty());
  EXPECT_EQ(doubts(read), "1: its name is not exactly a trusted one");
}

TEST(TrustedResults, look_into_fifty_fields) {
  Mail mail;
  for (int i = 0; i < 50; ++i)
    mail.results("mx.victim.com; none");
  mail.results("mx.victim.com; dkim=pass header.d=b.com");
  const auto read = read_trusted_results(mail.message(), settings_trusting({}));
  EXPECT_EQ(read.fields.size(), 50U);
  EXPECT_EQ(doubts(read), "51: there are too many");
}

TEST(TrustedResults, tell_of_a_few_fields_that_do_not_count) {
  Mail mail = Mail().field("Received", "from attack.com");
  for (int i = 0; i < 1000; ++i)
    mail.results("mx.victim.com; dkim=pass");
  const auto read = read_trusted_results(mail.message(), settings_trusting({}));
  EXPECT_EQ(read.doubted.size(), 1000U);
  EXPECT_EQ(read.events.size(), 3U);
}

TEST(TrustedResults, still_find_a_result_in_the_fiftieth_field) {
  Mail mail;
  for (int i = 0; i < 49; ++i)
    mail.results("mx.victim.com; iprev=pass");
  mail.results("mx.victim.com; dkim=pass header.d=b.com");
  EXPECT_EQ(shown(read_trusted_results(mail.message(), settings_trusting({})).of_method("dkim")),
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
  EXPECT_TRUE(read.fields.empty());
  EXPECT_TRUE(read.doubted.empty());
}

TEST(TrustedResults, come_from_a_field_whose_name_is_written_otherwise) {
  for (const char* name :
       {"AUTHENTICATION-RESULTS", "authentication-results ", "Authentication-Results\t"}) {
    const auto read = read_trusted_results(Mail().field(name, "mx.victim.com; dkim=none").message(),
                                           settings_trusting({}));
    EXPECT_EQ(shown(read.of_method("dkim")), "dkim=none") << name;
    EXPECT_EQ(read.fields.front().is_plain, std::string_view(name).size() == 22) << name;
  }
}

TEST(TrustedResults, skip_fields_without_an_id) {
  const auto read = read_trusted_results(Mail()
                                             .results("dkim=pass header.d=legitimate.com")
                                             .results("")
                                             .results("; dkim=pass")
                                             .message(),
                                         settings_trusting({}));
  EXPECT_TRUE(read.fields.empty());
  EXPECT_TRUE(read.doubted.empty());
}

}  // namespace
}  // namespace dmarc::policy
