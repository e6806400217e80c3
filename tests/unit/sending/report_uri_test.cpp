#include "sending/report_uri.h"

#include <gtest/gtest.h>

namespace dmarc::sending {
namespace {

TEST(ReportUriTest, a_mailbox_is_decoded_and_has_no_query) {
  const auto uri = parse_report_uri("MailTo:dmarc%2Breports@Example.ORG?subject=x");
  ASSERT_TRUE(uri) << uri.error();
  EXPECT_EQ(uri->mailbox, "dmarc+reports@example.org");
  EXPECT_EQ(uri->host.text(), "example.org");
  EXPECT_EQ(uri->uri, "MailTo:dmarc%2Breports@Example.ORG?subject=x");
}

TEST(ReportUriTest, a_url_has_a_host_name) {
  const auto uri = parse_report_uri("https://reports.example.org:8443/dmarc?x=1");
  ASSERT_TRUE(uri) << uri.error();
  EXPECT_EQ(uri->scheme, ReportUri::Scheme::https);
  EXPECT_EQ(uri->host.text(), "reports.example.org");
}

// What could end an SMTP command, name another mailbox, or lead into a private network (RPT-07).
TEST(ReportUriTest, nothing_odd_gets_into_a_command) {
  for (const char* uri : {"mailto:a%0d%0aRCPT%20TO:b@example.org",
                          "mailto:a%3E@example.org",
                          "mailto:%22a%22@b.example",
                          "mailto:a@[192.0.2.1]",
                          "mailto:a..b@example.org",
                          "mailto:.a@example.org",
                          "mailto:@b.example",
                          "mailto:a%00@example.org",
                          "mailto:a%20b@example.org",
                          "mailto:a@b.example%0d%0a",
                          "mailto:a,b@example.org",
                          "mailto:%C3%A4@example.org",
                          "https://169.254.169.254/latest",
                          "https://[::1]/",
                          "https://localhost/",
                          "https://user@example.org/",
                          "https:example.org",
                          "http://example.org/",
                          "ftp://example.org/",
                          "example.org",
                          ""})
    EXPECT_FALSE(parse_report_uri(uri)) << uri;
  EXPECT_TRUE(parse_report_uri("mailto:" + std::string(64, 'a') + "@example.org"));
  EXPECT_FALSE(parse_report_uri("mailto:" + std::string(65, 'a') + "@example.org"));
}

}  // namespace
}  // namespace dmarc::sending
