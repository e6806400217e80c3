#include "sending/destinations.h"

#include <gtest/gtest.h>

#include "dns/lookup_session.h"
#include "dns/zone.h"

namespace dmarc::sending {
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
