#include "sending/consent.h"

#include <gtest/gtest.h>

#include <dmarc/zone.h>

#include "dns/lookup_session.h"

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

namespace {

class DestinationsTest : public testing::Test {
 protected:
  std::vector<Destination> verify(const std::vector<std::string>& uris) {
    dns::LookupSession session(zone_, {});
    return sending::verify(dns::Name::parse("example.org").value(), uris, ReportTag::rua, Options{},
                           session);
  }

  dns::Zone zone_ = dns::Zone::parse(
                        "_dmarc.example.org TXT \"v=DMARC1; p=none\"\n"
                        "example.org._report._dmarc.agreed.example TXT \"v=DMARC1\"\n"
                        "*._report._dmarc.public.example TXT \"v=DMARC1;\"\n")
                        .value();
};

// RPT-01: a record can't have reports sent to a victim.
TEST_F(DestinationsTest, who_has_not_agreed_gets_nothing) {
  const auto list = verify({"mailto:victim@other.example"});
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].agreement, Agreement::refused);
  EXPECT_TRUE(list[0].targets.empty());
  EXPECT_NE(list[0].reason.find("example.org._report._dmarc.other.example"), std::string::npos);
}

TEST_F(DestinationsTest, an_agreement_may_be_for_one_domain_or_for_all) {
  const auto list = verify({"mailto:a@agreed.example", "mailto:b@public.example"});
  EXPECT_EQ(list[0].agreement, Agreement::given);
  EXPECT_EQ(list[1].agreement, Agreement::given);
}

// RPT-02: a record that names many gets a few of them asked.
TEST_F(DestinationsTest, past_the_limit_nobody_is_asked) {
  std::vector<std::string> uris(max_destinations + 1, "mailto:a@example.org");
  const auto list = verify(uris);
  ASSERT_EQ(list.size(), max_destinations + 1);
  EXPECT_EQ(list[max_destinations - 1].agreement, Agreement::given);
  EXPECT_EQ(list[max_destinations].agreement, Agreement::refused);
}

TEST_F(DestinationsTest, a_name_too_long_to_ask_is_a_refusal) {
  const std::string label(60, 'a');
  const std::string host = label + "." + label + "." + label + "." + label + ".example";
  EXPECT_EQ(verify({"mailto:a@" + host})[0].agreement, Agreement::refused);
}

TEST_F(DestinationsTest, when_the_dns_fails_the_report_waits) {
  zone_.add_failure(dns::Name::parse("example.org._report._dmarc.slow.example").value(),
                    dns::Failure::timeout);
  const auto list = verify({"mailto:a@slow.example"});
  EXPECT_EQ(list[0].agreement, Agreement::deferred);
  EXPECT_TRUE(list[0].targets.empty());
}

}  // namespace

}  // namespace dmarc::sending
