#include "resolver/query_plan.h"

#include <gtest/gtest.h>

namespace dmarc::resolver {
namespace {

dns::Name name(std::string_view text) {
  return dns::Name::from_octets(text).value();
}

const dns::Question question{name("a.example"), dns::Type::txt};

/// "ask 1 tcp", "wait", or what the answer came to.
std::string text(const Step& step) {
  if (const auto* ask = std::get_if<Ask>(&step))
    return "ask " + std::to_string(ask->server) +
           (ask->transport == Transport::tcp ? " tcp" : " udp");
  if (const auto* answer = std::get_if<dns::Answer>(&step))
    return std::string(answer->failure == dns::Failure::none ? to_string(answer->outcome)
                                                             : describe(answer->failure));
  return "wait";
}

DecodedReply conclusion(dns::Outcome outcome, std::uint32_t ttl = 300) {
  DecodedReply reply;
  reply.kind = DecodedReply::Kind::conclusion;
  reply.answer.outcome = outcome;
  reply.answer.ttl = ttl;
  return reply;
}

DecodedReply failure(dns::Failure why) {
  DecodedReply reply;
  reply.answer.failure = why;
  return reply;
}

DecodedReply of_kind(DecodedReply::Kind kind) {
  DecodedReply reply;
  reply.kind = kind;
  return reply;
}

DecodedReply alias(std::string_view target, std::uint32_t ttl = 300) {
  DecodedReply reply = of_kind(DecodedReply::Kind::alias);
  reply.target = name(target);
  reply.aliases = 1;
  reply.answer.ttl = ttl;
  reply.answer.authenticated = true;
  return reply;
}

constexpr auto udp = Transport::udp;
constexpr auto tcp = Transport::tcp;

TEST(QueryPlan, asks_the_first_server_and_takes_its_answer) {
  QueryPlan plan(question, {1, 0});
  EXPECT_EQ(text(plan.begin()), "ask 1 udp");
  EXPECT_EQ(text(plan.replied(1, udp, conclusion(dns::Outcome::no_such_name))), "no such name");
}

TEST(QueryPlan, asks_silent_servers_in_turn) {
  QueryPlan plan(question, {0, 1});
  plan.begin();
  EXPECT_EQ(text(plan.retry()), "ask 1 udp");
  EXPECT_EQ(text(plan.retry()), "ask 0 udp");
  EXPECT_EQ(text(plan.expired()), "no answer in time");
  QueryPlan single(question, {0});
  single.begin();
  EXPECT_EQ(text(single.retry()), "ask 0 udp");
}

TEST(QueryPlan, a_failure_is_believed_when_every_server_had_its_chance) {
  QueryPlan plan(question, {0, 1});
  plan.begin();
  EXPECT_EQ(text(plan.replied(0, udp, failure(dns::Failure::servfail))), "ask 1 udp");
  EXPECT_EQ(text(plan.replied(1, udp, failure(dns::Failure::refused))),
            "the server answered SERVFAIL");

  QueryPlan second_is_silent(question, {0, 1});
  second_is_silent.begin();
  second_is_silent.replied(0, udp, failure(dns::Failure::refused));
  EXPECT_EQ(text(second_is_silent.retry()), "the server refused to answer");

  QueryPlan second_is_away(question, {0, 1});
  second_is_away.begin();
  second_is_away.replied(0, udp, failure(dns::Failure::malformed));
  EXPECT_EQ(text(second_is_away.unreachable(1)), "the answer could not be decoded");

  QueryPlan third_is_untried(question, {0, 1, 2});
  third_is_untried.begin();
  third_is_untried.replied(0, udp, failure(dns::Failure::servfail));
  EXPECT_EQ(text(third_is_untried.retry()), "ask 2 udp");
}

TEST(QueryPlan, a_later_server_can_contradict_a_failure) {
  QueryPlan plan(question, {0, 1});
  plan.begin();
  plan.replied(0, udp, failure(dns::Failure::servfail));
  EXPECT_EQ(text(plan.replied(1, udp, conclusion(dns::Outcome::records))), "records");
}

TEST(QueryPlan, a_failure_does_not_end_the_wait_for_a_server_that_was_asked_before) {
  QueryPlan plan(question, {0, 1});
  plan.begin();
  plan.retry();
  EXPECT_EQ(text(plan.replied(1, udp, failure(dns::Failure::servfail))), "wait");
  EXPECT_EQ(text(plan.replied(0, udp, conclusion(dns::Outcome::records))), "records");
}

TEST(QueryPlan, servers_that_cannot_be_reached_are_tried_again_after_a_while) {
  QueryPlan plan(question, {0, 1});
  plan.begin();
  EXPECT_EQ(text(plan.unreachable(0)), "ask 1 udp");
  EXPECT_EQ(text(plan.unreachable(1)), "wait");
  EXPECT_EQ(text(plan.expired()), "no server could be reached");
  EXPECT_EQ(text(plan.retry()), "ask 0 udp");
  EXPECT_EQ(text(plan.expired()), "no answer in time");
}

TEST(QueryPlan, a_truncated_answer_is_asked_for_by_tcp) {
  QueryPlan plan(question, {0});
  plan.begin();
  EXPECT_EQ(text(plan.replied(0, udp, of_kind(DecodedReply::Kind::truncated))), "ask 0 tcp");
  EXPECT_EQ(text(plan.replied(0, tcp, of_kind(DecodedReply::Kind::truncated))),
            "the answer could not be decoded");
}

TEST(QueryPlan, edns_is_left_out_once) {
  QueryPlan plan(question, {0});
  plan.begin();
  EXPECT_TRUE(plan.edns());
  EXPECT_EQ(text(plan.replied(0, udp, of_kind(DecodedReply::Kind::no_edns))), "ask 0 udp");
  EXPECT_FALSE(plan.edns());
  EXPECT_EQ(text(plan.replied(0, udp, of_kind(DecodedReply::Kind::no_edns))),
            "the server refused to answer");
}

TEST(QueryPlan, asks_for_the_end_of_a_chain_of_aliases) {
  QueryPlan plan(question, {0, 1});
  plan.begin();
  EXPECT_EQ(text(plan.replied(0, udp, alias("b.example", 40))), "ask 0 udp");
  EXPECT_EQ(plan.asked(), (dns::Question{name("b.example"), dns::Type::txt}));
  const Step end = plan.replied(0, udp, conclusion(dns::Outcome::no_such_name, 100));
  const auto& answer = std::get<dns::Answer>(end);
  EXPECT_EQ(answer.outcome, dns::Outcome::no_data) << "the name asked for exists";
  EXPECT_TRUE(answer.alias);
  EXPECT_EQ(answer.ttl, 40U);
  EXPECT_FALSE(answer.authenticated) << "the end was not";
}

TEST(QueryPlan, a_chain_of_aliases_over_several_answers_is_bounded) {
  QueryPlan plan(question, {0});
  plan.begin();
  for (unsigned i = 0; i < dns::max_aliases; ++i)
    EXPECT_EQ(text(plan.replied(0, udp, alias("b.example"))), "ask 0 udp");
  EXPECT_EQ(text(plan.replied(0, udp, alias("b.example"))),
            "a CNAME loop or too long a chain of CNAMEs");
}

TEST(QueryPlan, one_question_causes_a_bounded_number_of_queries) {
  QueryPlan plan(question, {0});
  unsigned asked = 0;
  for (Step step = plan.begin(); std::holds_alternative<Ask>(step); step = plan.retry())
    ++asked;
  EXPECT_EQ(asked, QueryPlan::max_asks);
  EXPECT_EQ(text(plan.retry()), "wait");
}

}  // namespace
}  // namespace dmarc::resolver
