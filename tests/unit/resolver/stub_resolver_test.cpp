// StubResolver with servers that behave: answers, sharing, the cache, its end.
#include "resolver/stub_resolver.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <set>
#include <thread>

#include <dmarc/zone.h>

#include "unit/resolver/stub_resolver_support.h"

namespace dmarc::resolver {
namespace {

TEST(StubResolver, asks_and_decodes) {
  const DnsServer server("a.example TXT \"v=spf1 \" \"-all\"\n");
  StubResolver resolver(asking({&server}));
  const dns::AnswerPtr answer = ask(resolver, "a.example");
  EXPECT_EQ(text(*answer), "records: v=spf1 -all");
  EXPECT_EQ(answer->ttl, 300U);
  EXPECT_FALSE(answer->authenticated);
  EXPECT_FALSE(answer->stale);
}

TEST(StubResolver, has_at_hand_what_it_keeps) {
  const DnsServer server("a.example TXT x\n");
  StubResolver resolver(asking({&server}));
  const dns::Question question{dns::Name::parse("a.example").value(), dns::Type::txt};
  EXPECT_FALSE(resolver.at_hand(question));
  const dns::AnswerPtr answer = ask(resolver, "a.example");
  EXPECT_EQ(resolver.at_hand(question), answer);
  EXPECT_EQ(resolver.statistics().questions, 2U) << "the one that was asked, and the one at hand";
  EXPECT_EQ(resolver.statistics().cache_hits, 1U);
  EXPECT_EQ(server.total(), 1U);
}

TEST(StubResolver, agrees_with_the_zone_that_the_server_serves) {
  std::string data =
      "a.example TXT one\n"
      "a.example TXT \"two\" \" strings\"\n"
      "a.example A 192.0.2.1\n"
      "a.example AAAA 2001:db8::1\n"
      "a.example MX 10 mx.example\n"
      "a.example MX 0 .\n"
      "below.ent.example TXT x\n"
      "*.wild.example TXT wildcard\n"
      "alias.example CNAME second.example\n"
      "second.example CNAME a.example\n"
      "*.alias.example CNAME a.example\n"
      "dangling.example CNAME nowhere.test\n"
      "root.example CNAME .\n"
      "nodata.example CNAME ent.example\n"
      "loop.example CNAME pool.example\n"
      "pool.example CNAME loop.example\n"
      "failing.example RCODE SERVFAIL\n"
      "to-failing.example CNAME failing.example\n"
      "refused.example RCODE REFUSED\n"
      "nx.example RCODE NXDOMAIN\n"
      "to-nx.example CNAME nx.example\n";
  for (unsigned i = 0; i <= dns::max_aliases; ++i)
    data += "c" + std::to_string(i) + ".example CNAME c" + std::to_string(i + 1) + ".example\n";
  data += "c" + std::to_string(dns::max_aliases + 1) + ".example TXT end\n";

  const dns::Zone zone = dns::Zone::parse(data).value();
  const DnsServer server(data);
  StubResolver resolver(asking({&server}));
  for (const char* owner :
       {"a.example", "ent.example", "below.ent.example", "none.example", "x.wild.example",
        "wild.example", "alias.example", "x.alias.example", "dangling.example", "root.example",
        "nodata.example", "loop.example", "failing.example", "to-failing.example",
        "refused.example", "nx.example", "to-nx.example", "c0.example", "c1.example"})
    for (const dns::Type type :
         {dns::Type::txt, dns::Type::a, dns::Type::aaaa, dns::Type::mx, dns::Type::cname}) {
      const dns::Answer expected = zone.answer({name(owner), type});
      EXPECT_EQ(text(*ask(resolver, owner, type)), text(expected))
          << owner << ' ' << to_string(type);
    }
}

TEST(StubResolver, long_data_comes_by_tcp) {
  std::string data;
  for (int i = 0; i < 60; ++i)
    data += "big.example TXT " + std::string(1000, static_cast<char>('a' + i % 26)) + '\n';
  const DnsServer server(data);
  StubResolver resolver(asking({&server}));
  EXPECT_EQ(ask(resolver, "big.example")->records.size(), 60U);
  EXPECT_EQ(resolver.statistics().sent_tcp, 1U);
}

TEST(StubResolver, equal_questions_under_way_share_one) {
  DnsServer server("a.example TXT x\na.example FAULT hold\n");
  StubResolver resolver(asking({&server}));
  std::vector<std::future<dns::AnswerPtr>> answers;
  for (int i = 0; i < 10; ++i)
    answers.push_back(start(resolver, "a.example"));
  server.wait_for_total(1);
  server.release();
  const dns::AnswerPtr first = answers[0].get();
  EXPECT_EQ(text(*first), "records: x");
  for (std::size_t i = 1; i < answers.size(); ++i)
    EXPECT_EQ(answers[i].get(), first) << "the same object";
  EXPECT_EQ(server.count(name("a.example"), dns::Type::txt), 1U);
  EXPECT_EQ(resolver.statistics().shared, 9U);
}

TEST(StubResolver, different_questions_are_under_way_together) {
  constexpr std::size_t many = 20;
  DnsServer server("* FAULT hold\n");
  StubResolver resolver(asking({&server}));
  std::vector<std::future<dns::AnswerPtr>> answers;
  for (std::size_t i = 0; i < many; ++i)
    answers.push_back(start(resolver, std::to_string(i) + ".example"));
  server.wait_for_total(many);
  server.release();
  for (auto& answer : answers)
    EXPECT_EQ(answer.get()->outcome, dns::Outcome::no_such_name);
  EXPECT_EQ(server.most_in_flight(), many);
}

TEST(StubResolver, every_query_has_its_own_port_and_id) {
  constexpr std::size_t many = 50;
  const DnsServer server;
  StubResolver resolver(asking({&server}));
  for (std::size_t i = 0; i < many; ++i)
    ask(resolver, std::to_string(i) + ".example");
  std::set<std::uint16_t> ids, ports;
  std::set<int> id_steps;
  int last = 0;
  for (const DnsServer::Received& query : server.received()) {
    ids.insert(query.query.id);
    ports.insert(query.source_port);
    id_steps.insert(query.query.id - last);
    last = query.query.id;
  }
  EXPECT_GT(ids.size(), many * 8 / 10);
  EXPECT_GT(ports.size(), many * 8 / 10);
  EXPECT_GT(id_steps.size(), many * 8 / 10) << "ids are no sequence";
}

TEST(StubResolver, answers_are_kept_and_shared) {
  const DnsServer server("a.example TXT x\n");
  StubResolver resolver(asking({&server}));
  const dns::AnswerPtr first = ask(resolver, "a.example");
  EXPECT_EQ(ask(resolver, "A.Example"), first) << "the same object";
  EXPECT_NE(ask(resolver, "a.example", dns::Type::a), first) << "another type";
  EXPECT_EQ(server.total(), 2U);
  const StubStatistics statistics = resolver.statistics();
  EXPECT_EQ(statistics.questions, 3U);
  EXPECT_EQ(statistics.cache_hits, 1U);
  EXPECT_EQ(statistics.sent_udp, 2U);
}

TEST(StubResolver, negative_answers_and_failures_are_kept_too) {
  const DnsServer server("a.example TXT x\nbad.example RCODE SERVFAIL\n");
  StubResolver resolver(asking({&server}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ask(resolver, "none.example")->outcome, dns::Outcome::no_such_name);
    EXPECT_EQ(ask(resolver, "a.example", dns::Type::mx)->outcome, dns::Outcome::no_data);
    EXPECT_EQ(ask(resolver, "bad.example")->failure, dns::Failure::servfail);
  }
  EXPECT_EQ(server.total(), 3U);
}

TEST(StubResolver, times_to_live_are_limited) {
  const DnsServer server("a.example TXT x\nbad.example RCODE SERVFAIL\n* FAULT ttl=1000\n");
  StubOptions options = asking({&server});
  options.max_ttl = 500s;
  options.max_negative_ttl = 100s;
  options.failure_ttl = 7s;
  StubResolver resolver(options);
  EXPECT_EQ(ask(resolver, "a.example")->ttl, 500U);
  EXPECT_EQ(ask(resolver, "none.example")->ttl, 100U);
  EXPECT_EQ(ask(resolver, "bad.example")->ttl, 7U);
}

TEST(StubResolver, an_answer_past_its_ttl_is_asked_for_again) {
  DnsServer server("a.example TXT old\na.example FAULT ttl=0\n");
  StubResolver resolver(asking({&server}));
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: old");
  server.load("a.example TXT new\n");
  EXPECT_EQ(text(*ask(resolver, "a.example")), "records: new");
}

TEST(StubResolver, a_stale_answer_is_served_when_every_server_fails) {
  DnsServer server("a.example TXT x\na.example FAULT ttl=0\n");
  StubResolver resolver(asking({&server}));
  ask(resolver, "a.example");
  server.load("a.example TXT x\na.example FAULT servfail\n");
  const dns::AnswerPtr stale = ask(resolver, "a.example");
  EXPECT_EQ(text(*stale), "records: x");
  EXPECT_TRUE(stale->stale);
  EXPECT_EQ(ask(resolver, "a.example"), stale) << "without asking again";
  EXPECT_EQ(server.total(), 2U);
  EXPECT_EQ(resolver.statistics().stale_served, 2U);
}

TEST(StubResolver, a_stale_answer_does_not_hide_a_loop_of_aliases) {
  DnsServer server("a.example TXT x\na.example FAULT ttl=0\n");
  StubResolver resolver(asking({&server}));
  ask(resolver, "a.example");
  server.load("a.example CNAME a.example\n");
  EXPECT_EQ(ask(resolver, "a.example")->failure, dns::Failure::alias);
}

TEST(StubResolver, needs_a_server) {
  EXPECT_THROW(StubResolver{StubOptions{}}, std::invalid_argument);
}

TEST(StubResolver, the_ad_bit_of_a_loopback_server_is_believed) {
  const DnsServer server("a.example TXT x\na.example FAULT ad\n");
  StubResolver resolver(asking({&server}));
  EXPECT_TRUE(ask(resolver, "a.example")->authenticated);
}

TEST(StubResolver, a_callback_may_ask_again) {
  const DnsServer server("a.example TXT x\nb.example TXT y\n");
  StubResolver resolver(asking({&server}));
  std::promise<dns::AnswerPtr> second;
  resolver.resolve({name("a.example"), dns::Type::txt}, [&](const dns::AnswerPtr&) {
    resolver.resolve({name("b.example"), dns::Type::txt},
                     [&](dns::AnswerPtr answer) { second.set_value(std::move(answer)); });
  });
  EXPECT_EQ(text(*second.get_future().get()), "records: y");
}

TEST(StubResolver, threads_may_ask_together) {
  const DnsServer server("*.example TXT x\n");
  StubResolver resolver(asking({&server}));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&resolver] {
      for (int i = 0; i < 200; ++i)
        EXPECT_EQ(text(*ask(resolver, std::to_string(i) + ".example")), "records: x");
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(server.total(), 200U);
}

TEST(StubResolver, destruction_answers_what_is_under_way) {
  const DnsServer server("* FAULT drop\n");
  auto resolver = std::make_unique<StubResolver>(asking({&server}));
  std::vector<std::future<dns::AnswerPtr>> answers;
  for (int i = 0; i < 10; ++i)
    answers.push_back(start(*resolver, std::to_string(i) + ".example"));
  server.wait_for_total(5);
  resolver.reset();
  for (auto& answer : answers)
    EXPECT_EQ(answer.get()->failure, dns::Failure::network);
}

TEST(StubResolver, destruction_refuses_what_callbacks_ask_meanwhile) {
  const DnsServer server("* FAULT drop\n");
  auto resolver = std::make_unique<StubResolver>(asking({&server}));
  dns::AnswerPtr second;
  StubResolver* asked = resolver.get();
  asked->resolve({name("a.example"), dns::Type::txt}, [&](const dns::AnswerPtr&) {
    asked->resolve({name("b.example"), dns::Type::txt},
                   [&](dns::AnswerPtr answer) { second = answer; });
  });
  resolver.reset();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->failure, dns::Failure::network);
}

/// Allows the process few descriptors while it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t count) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{count, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(StubResolver, questions_under_way_leave_descriptors_to_others) {
  const FewDescriptors descriptors(400);
  const DnsServer server("* FAULT drop\n");
  StubResolver resolver(asking({&server}));
  std::vector<std::future<dns::AnswerPtr>> answers;
  for (int i = 0; i < 40; ++i)
    answers.push_back(start(resolver, std::to_string(i) + ".example"));
  server.wait_for_total(answers.size());
  answers.push_back(start(resolver, "one-more.example"));
  const auto asker = resolver.open();
  EXPECT_TRUE(asker->is_waiting({name("one-more.example"), dns::Type::txt}));
  EXPECT_FALSE(asker->is_waiting({name("0.example"), dns::Type::txt}));
  for (const auto& answer : answers)
    EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout) << "still under way";
}

}  // namespace
}  // namespace dmarc::resolver
