#include "policy/authserv_ids.h"

#include <gtest/gtest.h>

namespace dmarc::policy {
namespace {

TEST(AuthservId, is_the_configured_one_else_the_mtas_else_the_hosts) {
  Message message;
  message.mta_name = "mta.example.org";
  Settings settings;
  settings.host_name = "host.example.org";
  settings.authserv_id = "OpenDMARC";
  EXPECT_EQ(authserv_id_for(message, settings), "OpenDMARC");
  settings.authserv_id.clear();
  EXPECT_EQ(authserv_id_for(message, settings), "mta.example.org");
  message.mta_name.clear();
  EXPECT_EQ(authserv_id_for(message, settings), "host.example.org");
}

TEST(AuthservId, ends_with_the_job_id_when_asked_to) {
  Message message;
  message.job_id = "4F2A1";
  Settings settings;
  settings.authserv_id = "mx.example.org";
  settings.authserv_id_with_job_id = true;
  EXPECT_EQ(authserv_id_for(message, settings), "mx.example.org/4F2A1");
  EXPECT_EQ(base_authserv_id(message, settings), "mx.example.org");
}

TEST(AuthservIds, trust_the_listed_ones_and_the_hosts_own) {
  Settings settings;
  settings.host_name = "mx.example.org";
  settings.authserv_id = "mx.example.org";
  settings.trusted_authserv_ids = {"mail.example.org", "Mail2.example.org"};
  const AuthservIds ids({}, settings);
  for (const char* id : {"MX.example.org", "MAIL.example.org", "mail2.example.org"}) {
    EXPECT_TRUE(ids.trusts(id)) << id;
    EXPECT_TRUE(ids.claims_trust(id)) << id;
  }
  for (const char* id : {"", "mail", "example.org", "xmail.example.org", "/4F2A1", "."}) {
    EXPECT_FALSE(ids.trusts(id)) << id;
    EXPECT_FALSE(ids.claims_trust(id)) << id;
  }
}

// T3, T7: what a reader may take for a trusted name is not believed, and not left in the message.
TEST(AuthservIds, know_what_could_be_taken_for_one_of_them) {
  Settings settings;
  settings.host_name = "mx.example.org";
  settings.authserv_id = "mx.example.org";
  settings.trusted_authserv_ids = {"mail.xn--bcher-kva.example"};
  const AuthservIds ids({}, settings);
  for (const char* id :
       {"mx.example.org.", "mx.example.org/4F2A1", "mx.example.org:25", "MX.example.org./x",
        "mx\xe3\x80\x82"
        "example.org",
        "\xef\xbd\x8dx.example.org",
        "mail.b\xc3\xbc"
        "cher.example"}) {
    EXPECT_FALSE(ids.trusts(id)) << id;
    EXPECT_TRUE(ids.claims_trust(id)) << id;
  }
  EXPECT_TRUE(ids.claims_our_name("mx.example.org."));
  EXPECT_FALSE(ids.claims_our_name("mail.xn--bcher-kva.example"));
}

TEST(AuthservIds, trust_our_own_when_none_is_listed) {
  Settings settings;
  settings.authserv_id = "OpenDMARC";
  EXPECT_TRUE(AuthservIds({}, settings).trusts("opendmarc"));
  settings.authserv_id.clear();
  Message message;
  message.mta_name = "mta.example.org";
  settings.trusted_authserv_ids = {"mail.example.org"};
  EXPECT_TRUE(AuthservIds(message, settings).trusts("mta.example.org"));
}

TEST(AuthservIds, do_not_trust_a_name_that_is_ours_alone) {
  Settings settings;
  settings.host_name = "mx.example.org";
  settings.authserv_id = "OpenDMARC";
  settings.trusted_authserv_ids = {"mail.example.org"};
  Message message;
  message.job_id = "4F2A1";
  const AuthservIds ids(message, settings);
  EXPECT_FALSE(ids.trusts("OpenDMARC"));
  EXPECT_TRUE(ids.claims_trust("opendmarc"));

  settings.authserv_id_with_job_id = true;
  const AuthservIds with_job_id(message, settings);
  EXPECT_FALSE(with_job_id.trusts("OpenDMARC"));
  EXPECT_TRUE(with_job_id.trusts("OpenDMARC/4F2A1"));
  EXPECT_TRUE(with_job_id.claims_trust("OpenDMARC/0"));

  settings.auth_results_trust = AuthResultsTrust::any;
  EXPECT_FALSE(AuthservIds(message, settings).trusts("OpenDMARC"));
  settings.authserv_id_with_job_id = false;
  EXPECT_TRUE(AuthservIds(message, settings).trusts("OpenDMARC"));
}

TEST(AuthservIds, tell_this_messages_job_id_from_another) {
  Message message;
  message.job_id = "4F2A1";
  Settings settings;
  settings.authserv_id = "mx.example.org";
  settings.authserv_id_with_job_id = true;
  const AuthservIds ids(message, settings);
  EXPECT_TRUE(ids.trusts("MX.example.org/4F2A1"));
  EXPECT_FALSE(ids.trusts("mx.example.org/4F2A2"));
  EXPECT_TRUE(ids.claims_trust("mx.example.org/4F2A2"));
  EXPECT_FALSE(ids.claims_trust("attack.com/4F2A1"));
}

}  // namespace
}  // namespace dmarc::policy
