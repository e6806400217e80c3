// StubResolver with real sockets and servers that fail: what each fault comes to. What takes time
// is in tests/data/dns-scenarios, where time passes on command.
#include <gtest/gtest.h>

#include <optional>
#include <system_error>

#include "dns/lookup_session.h"
#include "unit/resolver/stub_resolver_support.h"

namespace dmarc::resolver {
namespace {

/// What a question for a.example comes to at a server with this fault.
std::string with_fault(std::string_view fault) {
  const DnsServer server("a.example TXT x\na.example FAULT " + std::string(fault) + '\n');
  StubResolver resolver(asking({&server}));
  return text(*ask(resolver, "a.example"));
}

TEST(StubResolverFaults, response_codes_that_are_no_answer_fail) {
  EXPECT_EQ(with_fault("servfail"), "the server answered SERVFAIL");
  EXPECT_EQ(with_fault("refused"), "the server refused to answer");
}

TEST(StubResolverFaults, the_right_reply_counts_after_wrong_ones) {
  for (const std::string fault : {"wrong-id", "wrong-question", "garbage", "spoofed-source"}) {
    const DnsServer server("a.example TXT x\na.example FAULT then-answer " + fault + '\n');
    StubResolver resolver(asking({&server}));
    EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x") << fault;
    // The kernel already drops what comes from another port.
    EXPECT_EQ(resolver.statistics().rejected, fault == "spoofed-source" ? 0U : 1U) << fault;
  }
}

TEST(StubResolverFaults, a_reply_that_cannot_be_decoded_fails) {
  EXPECT_EQ(with_fault("malformed"), "the answer could not be decoded");
}

TEST(StubResolverFaults, the_next_server_is_asked_at_once_when_one_fails) {
  for (const std::string fault : {"servfail", "refused", "malformed"}) {
    const DnsServer failing("* FAULT " + fault + '\n'), good("a.example TXT x\n");
    StubResolver resolver(asking({&failing, &good}));
    EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x") << fault;
    EXPECT_EQ(failing.total(), 1U) << fault;
  }
}

TEST(StubResolverFaults, the_next_server_is_asked_at_once_when_one_is_not_there) {
  StubOptions options;
  options.servers.push_back(DnsServer().address());
  const DnsServer good("a.example TXT x\n");
  options.servers.push_back(good.address());
  options.timeout = options.retry_after = long_time;
  StubResolver resolver(options);
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
}

TEST(StubResolverFaults, a_server_without_edns_is_asked_without) {
  const DnsServer server("a.example TXT x\na.example FAULT formerr-edns\n");
  StubResolver resolver(asking({&server}));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
  const auto received = server.received();
  ASSERT_EQ(received.size(), 2U);
  EXPECT_TRUE(received[0].query.edns);
  EXPECT_EQ(received[0].query.udp_payload, edns_payload);
  EXPECT_FALSE(received[1].query.edns);
}

TEST(StubResolverFaults, a_truncated_reply_is_fetched_by_tcp) {
  const DnsServer server("a.example TXT x\na.example FAULT truncate\n");
  StubResolver resolver(asking({&server}));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
  const auto received = server.received();
  ASSERT_EQ(received.size(), 2U);
  EXPECT_FALSE(received[0].tcp);
  EXPECT_TRUE(received[1].tcp);
}

TEST(StubResolverFaults, tcp_may_come_in_pieces) {
  const DnsServer server("a.example TXT x\na.example FAULT truncate slow-tcp=1ms\n");
  StubResolver resolver(asking({&server}));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
}

TEST(StubResolverFaults, another_server_helps_when_tcp_fails) {
  const DnsServer closing("a.example FAULT truncate close-tcp\n"), good("a.example TXT x\n");
  StubResolver resolver(asking({&closing, &good}));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
}

TEST(StubResolverFaults, the_end_of_a_chain_of_aliases_is_asked_for) {
  const DnsServer server(
      "a.example CNAME b.example\nb.example CNAME c.example\nc.example TXT x\n"
      "dangling.example CNAME nowhere.example\n* FAULT first-alias\n");
  StubResolver resolver(asking({&server}));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records, alias: x");
  EXPECT_EQ(server.total(), 3U);
  EXPECT_EQ(text(*ask(resolver, "dangling.example")), "no data, alias");
}

TEST(StubResolverFaults, a_negative_reply_without_soa_is_kept_for_seconds_only) {
  const DnsServer server("a.example TXT x\n* FAULT no-soa\n");
  StubResolver resolver(asking({&server}));
  const dns::AnswerPtr answer = ask(resolver, "none.example");
  EXPECT_EQ(answer->outcome, dns::Outcome::no_such_name);
  EXPECT_EQ(answer->ttl, 5U);
}

TEST(StubResolverFaults, a_late_answer_does_not_hold_up_others) {
  DnsServer server("slow.example TXT x\nslow.example FAULT hold\nquick.example TXT y\n");
  StubResolver resolver(asking({&server}));
  auto slow = start(resolver, "slow.example");
  server.wait_for_total(1);
  EXPECT_EQ(text(*ask(resolver, "quick.example")), "records: y");
  server.release();
  EXPECT_EQ(text(*slow.get()), "records: x");
}

TEST(StubResolverFaults, a_session_ends_its_wait_by_itself) {
  DnsServer server("a.example TXT x\na.example FAULT hold\n");
  StubResolver resolver(asking({&server}));
  {
    dns::LookupSession session(resolver, {.timeout = 0ms});
    EXPECT_EQ(session.lookup(name("a.example"), dns::Type::txt)->failure, dns::Failure::timeout);
  }
  server.release();
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x") << "the question went on";
  EXPECT_EQ(server.total(), 1U);
}

TEST(StubResolverFaults, servers_may_have_ipv6_addresses) {
  std::optional<DnsServer> server;
  try {
    server.emplace("a.example TXT x\na.example FAULT truncate\n", "::1");
  } catch (const std::system_error&) {
    GTEST_SKIP() << "no IPv6 on this machine";
  }
  StubResolver resolver(asking({&*server}));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
}

}  // namespace
}  // namespace dmarc::resolver
