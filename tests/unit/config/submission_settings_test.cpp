// How reports leave, as the configuration says it.

#include <gtest/gtest.h>

#include "config/configuration.h"
#include "sending/bounce.h"
#include "support/temporary_folder.h"

namespace dmarc::config {
namespace {

using sending::Settings;
using sending::SmtpServer;

tl::expected<Settings, std::string> settings(std::string_view text) {
  auto made = load_text(text, "conf", "dmarcd");
  if (!made) return tl::unexpected(made.error());
  EXPECT_TRUE(made->warnings.empty());
  return std::move(made->submission);
}

TEST(SubmissionSettings, by_default_the_mta_on_this_host_takes_reports) {
  const auto made = settings("");
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(made->way, Settings::Way::smtp);
  EXPECT_EQ(made->smtp.host, "127.0.0.1");
  EXPECT_EQ(made->smtp.port, 25);
  EXPECT_EQ(made->smtp.tls, SmtpServer::Tls::opportunistic);
  EXPECT_EQ(made->command, (std::vector<std::string>{"/usr/sbin/sendmail", "-t", "-odq"}));
  EXPECT_FALSE(made->https);
  EXPECT_FALSE(made->bounces);
}

TEST(SubmissionSettings, a_smart_host_with_a_password_is_not_trusted_unseen) {
  const auto made =
      settings("ReportSmtpServer [2001:db8::1]:587\nReportSmtpUser u\nReportSmtpPasswordFile /p\n");
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(made->smtp.host, "2001:db8::1");
  EXPECT_EQ(made->smtp.port, 587);
  EXPECT_EQ(made->smtp.tls, SmtpServer::Tls::starttls);
}

TEST(SubmissionSettings, servers_are_hosts_with_or_without_a_port) {
  for (const char* good : {"mx.example.org", "mx.example.org:25", "192.0.2.1", "::1", "[::1]"})
    EXPECT_TRUE(settings("ReportSmtpServer " + std::string(good))) << good;
  for (const char* bad : {"mx.example.org:0", "mx.example.org:smtp", ":25", "[::1", "[::1]25",
                          "mx.example.org:70000", "a/b@c:25:26"})
    EXPECT_FALSE(settings("ReportSmtpServer " + std::string(bad))) << bad;
}

TEST(SubmissionSettings, addresses_must_be_some) {
  const auto made = settings("ReportEmail Reports@Example.ORG\nReportBounceAddress b@example.org");
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(made->email->text(), "Reports@example.org");
  EXPECT_EQ(made->bounces->text(), "b@example.org");
  for (const char* bad : {"postmaster", "a b@example.org", "<a@example.org>", "a@b@example.org"})
    EXPECT_FALSE(settings("ReportEmail " + std::string(bad))) << bad;
}

TEST(SubmissionSettings, a_bounce_address_leaves_room_for_the_report) {
  const std::string fits(sending::max_bounce_local, 'b');
  EXPECT_TRUE(settings("ReportBounceAddress " + fits + "@example.org"));
  EXPECT_FALSE(settings("ReportBounceAddress b" + fits + "@example.org"));
}

TEST(SubmissionSettings, a_key_needs_its_selector) {
  EXPECT_FALSE(settings("ReportDkimKey /etc/opendmarc/key"));
  const auto made = settings("ReportDkimKey /etc/opendmarc/key\nReportDkimSelector s");
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(made->dkim->selector, "s");
}

TEST(SubmissionSettings, the_no_reports_list_is_read) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("list", "Abuse@example.org # asked by mail\nexample.net\n");
  const auto made = settings("NoReportsList " + path);
  ASSERT_TRUE(made) << made.error();
  EXPECT_TRUE(made->no_reports.contains("abuse@EXAMPLE.org"));
  EXPECT_FALSE(made->no_reports.contains("dmarc@example.org"));
  EXPECT_TRUE(made->no_reports.contains("any@example.net"));
  EXPECT_FALSE(made->no_reports.contains("any@sub.example.net"));
  EXPECT_EQ(settings("NoReportsList /nowhere").error(),
            "dmarcd: can't load no-reports list from /nowhere: No such file or directory");
}

}  // namespace
}  // namespace dmarc::config
