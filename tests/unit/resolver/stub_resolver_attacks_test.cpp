// StubResolver against those who want it to believe, or to keep, what is not so.
#include <gtest/gtest.h>

#include "unit/resolver/stub_resolver_support.h"

namespace dmarc::resolver {
namespace {

// SPF-11
TEST(StubResolverAttacks, an_alias_brings_no_answer_for_the_name_it_points_to) {
  DnsServer server("a.attacker.example CNAME victim.example\nvictim.example TXT forged\n");
  StubResolver resolver(asking({&server}));
  EXPECT_EQ(text(*ask(resolver, "a.attacker.example")), "records, alias: forged");
  server.load("victim.example TXT genuine\n");
  EXPECT_EQ(text(*ask(resolver, "victim.example")), "records: genuine");
}

TEST(StubResolverAttacks, questions_without_end_fill_the_cache_to_its_size_and_no_further) {
  constexpr std::size_t names = 2000, data = 200;
  const DnsServer server("*.example TXT " + std::string(data, 'x') + '\n');
  StubOptions options = asking({&server});
  options.cache_bytes = 128 * 1024;
  StubResolver resolver(options);
  for (std::size_t i = 0; i < names; ++i)
    ask(resolver, std::to_string(i) + ".example");
  for (std::size_t i = names; i-- > 0;)  // the latest first: they are still there
    ask(resolver, std::to_string(i) + ".example");
  const auto kept = resolver.statistics().cache_hits;
  EXPECT_GT(kept, 0U);
  EXPECT_LE(kept * data, options.cache_bytes);
  EXPECT_EQ(server.total(), 2 * names - kept);
}

// REC-09, SPF-10
TEST(StubResolverAttacks, a_record_as_large_as_a_message_may_be_is_read) {
  const std::string data(65'000, 'x');
  const DnsServer server("a.example TXT " + data + '\n');
  StubResolver resolver(asking({&server}));
  const dns::AnswerPtr answer = ask(resolver, "a.example");
  ASSERT_EQ(answer->outcome, dns::Outcome::records);
  EXPECT_TRUE(answer->records.front() == data);
}

// REC-10
TEST(StubResolverAttacks, aliases_in_a_circle_fail_whether_they_come_at_once_or_one_by_one) {
  const std::string zone =
      "a.example CNAME b.example\nb.example CNAME c.example\nc.example CNAME a.example\n"
      "self.example CNAME self.example\n";
  for (const char* fault : {"", "* FAULT first-alias\n"}) {
    const DnsServer server(zone + fault);
    StubResolver resolver(asking({&server}));
    EXPECT_EQ(ask(resolver, "a.example")->failure, dns::Failure::alias) << fault;
    EXPECT_EQ(ask(resolver, "self.example")->failure, dns::Failure::alias) << fault;
    EXPECT_LE(server.total(), 2 * (dns::max_aliases + 1)) << fault;
  }
}

// REC-10, SPF-10
TEST(StubResolverAttacks, a_chain_of_aliases_is_followed_to_the_limit_and_no_further) {
  std::string zone = "* FAULT first-alias\n";
  for (unsigned i = 0; i < 400; ++i)
    zone += std::to_string(i) + ".example CNAME " + std::to_string(i + 1) + ".example\n";
  const DnsServer server(zone + "400.example TXT x\n");
  StubResolver resolver(asking({&server}));
  const auto from_the_end = [](unsigned links) { return std::to_string(400 - links) + ".example"; };
  EXPECT_EQ(text(*ask(resolver, from_the_end(dns::max_aliases))), "records, alias: x");
  EXPECT_EQ(ask(resolver, from_the_end(dns::max_aliases + 1))->failure, dns::Failure::alias);
  EXPECT_EQ(ask(resolver, "0.example")->failure, dns::Failure::alias);
}

}  // namespace
}  // namespace dmarc::resolver
