// The scenarios of tests/data/dns-scenarios, and that the player notices what goes otherwise.
#include <gtest/gtest.h>

#include <filesystem>

#include "support/data.h"
#include "unit/resolver/dns_scenario_fixture.h"

namespace dmarc::test {
namespace {

TEST(DnsScenarios, go_as_written) {
  std::size_t cases = 0;
  for (const auto& file : std::filesystem::directory_iterator(data_folder() + "/dns-scenarios")) {
    const std::string name = "dns-scenarios/" + file.path().filename().string();
    for (const DnsCase& each : parse_dns_scenario(read_data(name), name)) {
      EXPECT_EQ(play(each), "") << name << ", case: " << each.title;
      ++cases;
    }
  }
  EXPECT_GE(cases, 40U);
}

TEST(DnsScenarios, of_a_hundred_queries_thirty_may_be_lost) {
  const LossyRun run = ask_a_hundred(3);
  EXPECT_EQ(run.answers, 100U);
  EXPECT_GT(run.queries, 140U);
}

/// What the player says of a case for one server.
std::string play(const std::string& steps) {
  return play(parse_dns_scenario("servers: a\ncase: it\n" + steps, "here").front());
}

TEST(DnsScenarios, a_query_that_is_not_named_is_noticed) {
  EXPECT_EQ(play("ask a.example TXT\ntime 1s\n"), "4: before that: sent a a.example TXT");
  EXPECT_EQ(play("ask a.example TXT\n"), "3: before that: sent a a.example TXT");
}

TEST(DnsScenarios, a_query_or_an_answer_that_does_not_come_is_noticed) {
  EXPECT_EQ(play("ask a.example TXT\nsent a a.example TXT\nsent a a.example TXT\n"),
            "5: no query came");
  EXPECT_EQ(play("ask a.example TXT\nsent a a.example TXT\nanswer a.example TXT: x\n"),
            "5: no answer came");
}

TEST(DnsScenarios, another_query_or_answer_is_noticed) {
  EXPECT_EQ(play("ask a.example TXT\nsent a a.example MX\n"), "4: query a a.example TXT");
  EXPECT_EQ(play("ask a.example TXT\nsent a a.example TXT\nreply a\n| a.example TXT y\n"
                 "answer a.example TXT: records: x (ttl 300)\n"),
            "7: answer a.example TXT: records: y (ttl 300)");
}

TEST(DnsScenarios, what_is_not_understood_is_an_error) {
  EXPECT_EQ(play("dance\n"), "3: unknown step \"dance\"");
  EXPECT_EQ(play("time 5\n"), "3: \"5\" is not a duration");
  EXPECT_THROW(parse_dns_scenario("ask a.example TXT\n", "here"), std::runtime_error);
  EXPECT_THROW(parse_dns_scenario("servers: a\n", "here"), std::runtime_error);
}

}  // namespace
}  // namespace dmarc::test
