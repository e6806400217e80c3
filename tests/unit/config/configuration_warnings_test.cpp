// What is correct but worth telling: each warning, word for word.

#include <gtest/gtest.h>
#include <syslog.h>

#include "config/configuration.h"
#include "support/temporary_folder.h"

namespace dmarc::config {
namespace {

using List = std::vector<std::string>;

Configuration made_from(std::string_view text) {
  auto made = load_text(text, "conf", "dmarcd");
  EXPECT_TRUE(made) << made.error();
  return made ? std::move(*made) : Configuration{};
}

List warnings(std::string_view text) {
  List texts;
  for (const log::Event& event : made_from(text).warnings) {
    EXPECT_EQ(event.priority(), log::Priority::warning) << event.text();
    texts.push_back(event.text());
  }
  return texts;
}

TEST(ConfigurationWarning, a_report_command_for_a_shell) {
  EXPECT_EQ(warnings("ReportCommand /bin/cat > /tmp/reports"),
            (List{"conf: line 1: ReportCommand can't be used: '>' means nothing here: there is no "
                  "shell"}));
}

TEST(ConfigurationWarning, a_list_of_sealers_whose_chains_are_not_verified) {
  EXPECT_EQ(warnings("DomainWhitelist lists.example\nARCSelfValidate false"),
            (List{"conf: line 2: ARCSelfValidate is false: DomainWhitelist and "
                  "DomainWhitelistFile have no effect"}));
  EXPECT_EQ(warnings("DomainWhitelist lists.example\nARCSelfValidate true"), List{});
  EXPECT_EQ(warnings("ARCSelfValidate false"), List{});
}

TEST(ConfigurationWarning, failure_reports_that_can_not_leave) {
  const List texts = warnings("ReportCommand mail\nFailureReports true");
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts.back(), "conf: line 2: FailureReports is off: ReportCommand can't be used");
}

TEST(ConfigurationWarning, copies_for_no_address) {
  EXPECT_EQ(warnings("FailureReportsBcc root, a@example.org"),
            (List{"conf: line 1: FailureReportsBcc: \"root\" left out: no mailbox"}));
}

TEST(ConfigurationWarning, names_of_newer_versions) {
  EXPECT_EQ(warnings("DMARCbisWalkMode auto"),
            (List{"conf: line 1: DMARCbisWalkMode is read as DiscoveryMethod"}));
  EXPECT_EQ(warnings("DiscoveryMethod treewalk\nDMARCbisWalkMode psl"),
            (List{"conf: line 2: DMARCbisWalkMode has no effect: DiscoveryMethod is set"}));
  EXPECT_EQ(warnings("DMARCbisWalkModeFallback rfc7489\nDMARCbisIgnorePct false\n"
                     "ReadCanonicalizedData true\nLogSPFDNS yes\n"),
            (List{"conf: line 1: DMARCbisWalkModeFallback has no effect: the method of "
                  "DiscoveryMethod decides alone",
                  "conf: line 2: DMARCbisIgnorePct has no effect: pct is always ignored, because "
                  "RFC 9989 has no such tag",
                  "conf: line 3: ReadCanonicalizedData has no effect: such fields are not read",
                  "conf: line 4: LogSPFDNS has no effect: dmarcctl explain shows the SPF record of "
                  "a message"}));
}

TEST(ConfigurationWarning, an_option_given_twice) {
  EXPECT_EQ(warnings("Socket a\nSyslog 1\nSocket b\n"),
            (List{"conf: line 1: Socket is set again in line 3, which counts"}));
}

TEST(ConfigurationWarning, entries_of_the_ignore_list_that_are_left_out) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("hosts", "192.0.2.1\n192.0.2.0/33\n*.example.org\n");
  const Configuration made = made_from("IgnoreHosts " + path);
  ASSERT_EQ(made.warnings.size(), 2U);
  EXPECT_EQ(made.warnings[0].text(),
            path +
                ": line 2: \"192.0.2.0/33\" left out: the prefix length is not a number from 0 "
                "to 32");
  EXPECT_EQ(made.warnings[1].text(),
            path +
                ": line 3: \"*.example.org\" left out: wildcards are not understood; a leading "
                "dot stands for all hosts below a domain");
  EXPECT_TRUE(made.policy.ignore_hosts.contains("unknown", base::IpAddress::parse("192.0.2.1")));
}

TEST(ConfigurationWarning, an_ignored_domain_that_is_none) {
  const Configuration made = made_from("IgnoreMailFrom a..b,example.org");
  ASSERT_EQ(made.warnings.size(), 1U);
  EXPECT_EQ(made.warnings[0].text(),
            "conf: line 1: \"a..b\" left out: it is not a domain (empty label)");
  EXPECT_EQ(made.policy.ignore_mail_from, std::vector{*dns::Name::parse("example.org")});
}

TEST(ConfigurationWarning, an_unreadable_public_suffix_list) {
  const Configuration made = made_from("PublicSuffixList /nonexistent");
  ASSERT_EQ(made.warnings.size(), 1U);
  EXPECT_EQ(made.warnings[0].id(), log::Id::public_suffix_list);
  EXPECT_TRUE(made.warnings[0].text().starts_with("PublicSuffixList /nonexistent: "));
  EXPECT_EQ(made.policy.public_suffixes, nullptr);
}

TEST(ConfigurationWarning, discovery_by_a_list_that_is_not_there) {
  const std::string text = "discovery by psl needs PublicSuffixList, using the tree walk";
  EXPECT_EQ(warnings("DiscoveryMethod psl"), (List{"conf: line 1: " + text}));
  EXPECT_EQ(
      warnings("\nDMARCbisWalkMode psl"),
      (List{"conf: line 2: " + text, "conf: line 2: DMARCbisWalkMode is read as DiscoveryMethod"}));
}

TEST(ConfigurationWarning, an_unknown_facility_means_mail) {
  EXPECT_EQ(warnings("SyslogFacility local9"),
            (List{"conf: line 1: unknown facility \"local9\", using mail"}));
  EXPECT_EQ(made_from("SyslogFacility local9").logging.facility, LOG_MAIL);
}

TEST(ConfigurationWarning, a_umask_without_its_zero) {
  EXPECT_EQ(warnings("UMask 22"),
            (List{"conf: line 1: UMask 22 is decimal, an octal number has a leading 0"}));
  for (const char* value : {"022", "0", "7", "0x12"})
    EXPECT_EQ(warnings(std::string("UMask ") + value), List{}) << value;
}

TEST(ConfigurationWarning, a_umask_that_is_no_mode_is_masked_as_umask_does) {
  EXPECT_EQ(warnings("UMask 777"),
            (List{"conf: line 1: UMask 777 is taken as 0411, an octal number from 0 to 0777 with a "
                  "leading 0 is needed"}));
  EXPECT_EQ(made_from("UMask 777").process.umask, 0411U);
  EXPECT_EQ(made_from("UMask 01022").process.umask, 022U);
}

TEST(ConfigurationWarning, a_relative_base_directory) {
  EXPECT_EQ(warnings("BaseDirectory ."),
            (List{"conf: line 1: BaseDirectory is relative, reloads will not find it"}));
}

TEST(ConfigurationWarning, a_reject_string_beyond_ascii) {
  const std::string text = "abgelehnt gem\xc3\xa4\xc3\x9f %s";
  EXPECT_EQ(warnings("RejectString " + text),
            (List{"conf: line 1: RejectString is not ASCII, other characters are sent as \"?\""}));
  EXPECT_EQ(made_from("RejectString " + text).policy.reject_string, text);
}

TEST(ConfigurationWarning, several_authserv_ids_beside_a_list_of_trusted_ids) {
  EXPECT_EQ(warnings("AuthservID a,b\nTrustedAuthservIDs c"),
            (List{"conf: line 1: AuthservID is one name where TrustedAuthservIDs is set, using "
                  "\"a\""}));
}

}  // namespace
}  // namespace dmarc::config
