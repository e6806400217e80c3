// StubResolver with servers that fail: what each fault comes to.
#include <gtest/gtest.h>

#include <optional>
#include <system_error>

#include "dns/lookup_session.h"
#include "unit/resolver/stub_resolver_support.h"

namespace dmarc::resolver {
namespace {

/// For questions that run out, but not before a few exchanges with a server in this process.
constexpr auto several_exchanges = 500ms;

/// What a question for a.example comes to at a server with this fault.
std::string with_fault(std::string_view fault, std::chrono::milliseconds timeout = long_time) {
  const DnsServer server("a.example TXT x\na.example FAULT " + std::string(fault) + '\n');
  StubOptions options = asking({&server});
  options.timeout = timeout;
  StubResolver resolver(options);
  return text(*ask(resolver, "a.example"));
}

TEST(StubResolverFaults, a_silent_server_is_a_timeout) {
  EXPECT_EQ(with_fault("drop", short_time), "no answer in time");
}

TEST(StubResolverFaults, response_codes_that_are_no_answer_fail) {
  EXPECT_EQ(with_fault("servfail"), "the server answered SERVFAIL");
  EXPECT_EQ(with_fault("refused"), "the server refused to answer");
}

TEST(StubResolverFaults, a_server_that_is_not_there_cannot_be_reached) {
  const ServerAddress nobody = DnsServer().address();
  StubOptions options;
  options.servers = {nobody};
  options.timeout = short_time;
  StubResolver resolver(options);
  EXPECT_EQ(text(*ask(resolver, "a.example")), "no server could be reached");
}

TEST(StubResolverFaults, messages_that_are_not_the_reply_are_ignored) {
  for (const char* fault : {"wrong-id", "wrong-question", "garbage", "spoofed-source"})
    EXPECT_EQ(with_fault(fault, short_time), "no answer in time") << fault;
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

TEST(StubResolverFaults, a_lost_query_is_sent_again) {
  const DnsServer server("a.example TXT x\na.example FAULT drop=2\n");
  StubResolver resolver(retrying(asking({&server}), 20ms));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
  EXPECT_GE(server.count(name("a.example"), dns::Type::txt), 3U);
}

TEST(StubResolverFaults, a_late_reply_to_an_earlier_query_counts) {
  DnsServer first("a.example TXT x\na.example FAULT hold\n");
  const DnsServer second("a.example FAULT drop\n");
  StubResolver resolver(retrying(asking({&first, &second}), 1ms));
  auto answer = start(resolver, "a.example");
  second.wait_for_total(1);
  first.release();
  EXPECT_EQ(text(*answer.get()), "records: x");
}

TEST(StubResolverFaults, the_next_server_is_asked_when_one_does_not_answer) {
  const DnsServer silent("* FAULT drop\n"), good("a.example TXT x\n");
  StubResolver resolver(retrying(asking({&silent, &good}), 20ms));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
  EXPECT_GE(silent.total(), 1U);
}

TEST(StubResolverFaults, a_short_timeout_leaves_time_for_the_next_server) {
  const DnsServer silent("* FAULT drop\n"), good("a.example TXT x\n");
  StubOptions options = asking({&silent, &good});
  options.timeout = 2s;
  StubResolver resolver(options);
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: x");
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

TEST(StubResolverFaults, a_server_that_does_not_answer_is_asked_last) {
  const DnsServer silent("* FAULT drop\n"), good("*.example TXT x\n");
  StubResolver resolver(retrying(asking({&silent, &good}), 100ms));
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(text(*ask(resolver, std::to_string(i) + ".example")), "records: x");
  EXPECT_LT(silent.total(), 10U);
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

TEST(StubResolverFaults, tcp_that_takes_too_long_is_a_timeout) {
  EXPECT_EQ(with_fault("truncate slow-tcp=1s", short_time), "no answer in time");
}

TEST(StubResolverFaults, a_closed_tcp_connection_is_no_answer) {
  EXPECT_EQ(with_fault("truncate close-tcp", several_exchanges), "no server could be reached");
}

TEST(StubResolverFaults, a_wrong_reply_by_tcp_is_not_believed) {
  EXPECT_EQ(with_fault("truncate wrong-id by-tcp", several_exchanges),
            "no server could be reached");
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
    dns::LookupSession session(resolver, {.timeout = short_time});
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
