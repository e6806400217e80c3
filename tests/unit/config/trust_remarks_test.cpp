// What `dmarcd -n` says of settings that trust more than they must: each remark with its line.

#include <gtest/gtest.h>

#include "config/configuration.h"

namespace dmarc::config {
namespace {

using List = std::vector<std::string>;

/// A configuration that trusts nobody.
constexpr std::string_view closed =
    "DKIMSelfValidate true\nSPFSelfValidate true\nSPFIgnoreResults true\n";

List remarks(const std::string& text) {
  const auto made = load_text(text, "conf", "dmarcd");
  EXPECT_TRUE(made) << made.error();
  return made ? made->trust_remarks : List{};
}

/// Of the lines behind those of `closed`.
List more_remarks(const std::string& text) {
  return remarks(std::string(closed) + text);
}

const std::string unsigned_messages =
    "a message without a signature passes by dkim=pass in a field under a trusted name, which its "
    "sender can write while no filter in front removes it; DKIMSelfValidate true ends that";

TEST(TrustRemarks, none_where_all_is_verified_here) {
  EXPECT_EQ(more_remarks(""), List{});
  EXPECT_EQ(more_remarks("TrustedAuthservIDs mx.example.org\nRejectFailures true\n"
                         "DomainWhitelist lists.example\nIgnoreAuthenticatedClients true\n"),
            List{});
}

TEST(TrustRemarks, the_sample_configuration_has_none) {
  EXPECT_EQ(remarks("Socket inet:8893@127.0.0.1\nIgnoreAuthenticatedClients true\n"
                    "RequiredHeaders true\nDKIMSelfValidate true\nSPFSelfValidate true\n"
                    "SPFIgnoreResults true\nRejectFailures true\n"),
            List{});
}

TEST(TrustRemarks, a_usual_configuration_of_opendmarc_has_the_one_about_unsigned_messages) {
  EXPECT_EQ(
      remarks("AuthservID OpenDMARC\nTrustedAuthservIDs mail.yourdomain.com\n"
              "IgnoreAuthenticatedClients true\nRejectFailures true\nRequiredHeaders    true\n"
              "Socket inet:8893@127.0.0.1\nSPFIgnoreResults true\nSPFSelfValidate true\n"),
      List{"conf: line 2: " + unsigned_messages});
}

TEST(TrustRemarks, the_defaults_believe_dkim_and_spf) {
  const List found = remarks("");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], "conf: " + unsigned_messages);
  EXPECT_EQ(found[1],
            "conf: a message passes by SPF in an Authentication-Results field under a trusted name "
            "or in the topmost Received-SPF field, which its sender can write; SPFSelfValidate "
            "true ends that");
}

TEST(TrustRemarks, dkim_results_of_fields_that_are_ignored_need_none) {
  const std::string spf = "SPFSelfValidate true\nSPFIgnoreResults true\n";
  EXPECT_EQ(remarks(spf + "AuthservID mx"), List{"conf: line 3: " + unsigned_messages});
  EXPECT_EQ(remarks(spf + "DKIMIgnoreResults true"), List{});
  EXPECT_EQ(remarks(spf + "DKIMIgnoreResults true\nDKIMSelfValidate false"), List{});
  EXPECT_EQ(remarks(spf + "DKIMSelfValidate false"),
            List{"conf: line 3: no signature is verified: any message passes by dkim=pass in a "
                 "field under a trusted name, which its sender can write while no filter in front "
                 "removes it; DKIMSelfValidate true ends that"});
}

TEST(TrustRemarks, each_kind_of_spf_result_that_is_believed) {
  EXPECT_EQ(remarks("DKIMSelfValidate true\nSPFIgnoreResults true"), List{});
  EXPECT_EQ(remarks("DKIMSelfValidate true\nSPFSelfValidate false").size(), 1U);
  EXPECT_EQ(remarks("DKIMSelfValidate true\nSPFSelfValidate true"),
            List{"conf: line 2: SPF is checked here, and results in fields do not count any more: "
                 "behind a relay of yours all its mail has the relay's address; run the filter "
                 "where mail arrives, and set SPFIgnoreResults true"});
}

TEST(TrustRemarks, settings_that_let_forged_mail_in) {
  EXPECT_EQ(more_remarks("AuthResultsTrust any"),
            List{"conf: line 4: fields under a trusted name are believed, and left in the message, "
                 "wherever they stand: those at the bottom are the sender's; AuthResultsTrust "
                 "topmost ends that"});
  EXPECT_EQ(more_remarks("TempErrorAction accept"), List{}) << "nothing is rejected";
  EXPECT_EQ(more_remarks("RejectFailures true\nTempErrorAction accept"),
            List{"conf: line 5: a message that only a temporary failure keeps from being rejected "
                 "is accepted: its sender can name a domain whose servers do not answer; "
                 "TempErrorAction enforced ends that"});
  EXPECT_EQ(more_remarks("RejectFailures true\nTempErrorAction tempfail"), List{});
  EXPECT_EQ(more_remarks("MultiFromPolicy permerror"),
            List{"conf: line 4: a message whose From field names several domains is accepted, "
                 "whatever they ask for; MultiFromPolicy strictest ends that"});
  EXPECT_EQ(more_remarks("IgnoreMailFrom example.com"),
            List{"conf: line 4: anybody can write these domains into From, and is not judged; "
                 "IgnoreHosts names clients instead"});
}

}  // namespace
}  // namespace dmarc::config
