#include "config/test_dns_data.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace dmarc::config {
namespace {

TEST(TestDnsData, a_name_without_a_text_is_an_error_with_its_line) {
  EXPECT_EQ(parse_test_dns_data("a.example x\nb.example\n").error(),
            "line 2: a name without a text");
  EXPECT_EQ(parse_test_dns_data("b.example # text").error(), "line 1: a name without a text");
}

TEST(TestDnsData, a_name_that_is_none_is_an_error) {
  EXPECT_EQ(parse_test_dns_data("a..example x").error(), "line 1: empty label");
}

TEST(TestDnsData, errors_name_the_file) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(read_test_dns_data(folder.path("absent")).error(),
            folder.path("absent") + ": can't load fake DNS data: No such file or directory");
  const std::string path = folder.write("bad", "name");
  EXPECT_EQ(read_test_dns_data(path).error(),
            path + ": can't load fake DNS data: line 1: a name without a text");
}

constexpr std::string_view data = R"(# what bank.example publishes
_dmarc.Bank.example 	 v=DMARC1; p=reject  # the policy
bank.example v=spf1 -all
_dmarc.twice.example v=DMARC1; p=none
_dmarc.twice.example v=DMARC1; p=reject
)";

class TestDnsDataAnswers : public testing::Test {
 protected:
  TestDnsDataAnswers()
      : resolver_(*parse_test_dns_data(data), std::make_shared<dns::Zone>(*dns::Zone::parse(
                                                  "real.example TXT \"network\"\n"
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

TEST_F(TestDnsDataAnswers, policies_come_from_the_file_alone) {
  EXPECT_EQ(ask("_dmarc.bank.example").records, std::vector<std::string>{"v=DMARC1; p=reject"});
  EXPECT_EQ(ask("_dmarc.real.example").outcome, dns::Outcome::no_such_name);
}

TEST_F(TestDnsDataAnswers, other_texts_come_from_the_file_when_it_lists_the_name) {
  EXPECT_EQ(ask("bank.example").records, std::vector<std::string>{"v=spf1 -all"});
  EXPECT_EQ(ask("real.example").records, std::vector<std::string>{"network"});
}

TEST_F(TestDnsDataAnswers, other_types_come_from_the_network) {
  EXPECT_EQ(ask("bank.example", dns::Type::a).outcome, dns::Outcome::records);
}

TEST_F(TestDnsDataAnswers, a_name_listed_twice_has_two_records) {
  EXPECT_EQ(ask("_dmarc.twice.example").records.size(), 2U);
}

}  // namespace
}  // namespace dmarc::config
