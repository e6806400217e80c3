#include "daemon/test_dns_data.h"

#include <gtest/gtest.h>

#include "config/test_dns_data.h"

namespace dmarc::daemon {
namespace {

constexpr std::string_view data = R"(# what bank.example publishes
_dmarc.Bank.example 	 v=DMARC1; p=reject  # the policy
bank.example v=spf1 -all
_dmarc.twice.example v=DMARC1; p=none
_dmarc.twice.example v=DMARC1; p=reject
)";

class TestDnsDataTest : public testing::Test {
 protected:
  TestDnsDataTest()
      : resolver_(*config::parse_test_dns_data(data),
                  std::make_shared<dns::Zone>(
                      *dns::Zone::parse("real.example TXT \"network\"\n"
                                        "_dmarc.real.example TXT \"v=DMARC1; p=none\"\n"
                                        "bank.example A 192.0.2.1\n"
                                        "bank.example TXT \"network\""))) {}

  dns::Answer ask(std::string_view name, dns::Type type = dns::Type::txt) {
    dns::Answer result;
    resolver_.resolve({*dns::Name::parse(name), type},
                      [&](const dns::AnswerPtr& answer) { result = *answer; });
    return result;
  }

  TestDnsData resolver_;
};

TEST_F(TestDnsDataTest, policies_come_from_the_file_alone) {
  EXPECT_EQ(ask("_dmarc.bank.example").records, std::vector<std::string>{"v=DMARC1; p=reject"});
  EXPECT_EQ(ask("_dmarc.real.example").outcome, dns::Outcome::no_such_name);
}

TEST_F(TestDnsDataTest, other_texts_come_from_the_file_when_it_lists_the_name) {
  EXPECT_EQ(ask("bank.example").records, std::vector<std::string>{"v=spf1 -all"});
  EXPECT_EQ(ask("real.example").records, std::vector<std::string>{"network"});
}

TEST_F(TestDnsDataTest, other_types_come_from_the_network) {
  EXPECT_EQ(ask("bank.example", dns::Type::a).outcome, dns::Outcome::records);
}

TEST_F(TestDnsDataTest, a_name_listed_twice_has_two_records) {
  EXPECT_EQ(ask("_dmarc.twice.example").records.size(), 2U);
}

}  // namespace
}  // namespace dmarc::daemon
