#include "dns/lookup_session.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "support/manual_resolver.h"

namespace dmarc::dns {
namespace {

using namespace std::chrono_literals;
using test::ManualResolver;
using test::text_answer;

Name name(std::string_view text) {
  return Name::from_octets(text).value();
}

const Question question{name("a.example"), Type::txt};

TEST(LookupSession, waits_for_an_answer_of_another_thread) {
  ManualResolver resolver;
  LookupSession session(resolver, {.timeout = 60s});
  std::thread other([&] { resolver.answer(question, text_answer("x")); });
  EXPECT_EQ(session.lookup(question.name, question.type)->records.front(), "x");
  other.join();
}

TEST(LookupSession, prefetch_starts_a_question_and_lookup_uses_it) {
  ManualResolver resolver;
  LookupSession session(resolver, {});
  session.prefetch(question.name, question.type);
  EXPECT_EQ(resolver.times_asked(question), 1U);
  resolver.answer(question, text_answer("x"));
  EXPECT_EQ(session.lookup(question.name, question.type)->records.front(), "x");
  EXPECT_EQ(resolver.times_asked(question), 1U);
}

TEST(LookupSession, the_same_question_has_the_same_answer) {
  ManualResolver resolver;
  resolver.answer_at_once();
  LookupSession session(resolver, {});
  const AnswerPtr first = session.lookup(question.name, question.type);
  EXPECT_EQ(session.lookup(question.name, question.type), first);
  EXPECT_EQ(resolver.times_asked(question), 1U);
  EXPECT_NE(session.lookup(question.name, Type::a), first) << "another type, another question";
}

TEST(LookupSession, past_the_deadline_unanswered_questions_fail_and_stay_failed) {
  ManualResolver resolver;
  LookupSession session(resolver, {.timeout = 0ms});
  EXPECT_EQ(session.lookup(question.name, question.type)->failure, Failure::timeout);
  EXPECT_EQ(session.lookup(name("b.example"), Type::txt)->failure, Failure::timeout);
  resolver.answer(question, text_answer("late"));
  EXPECT_EQ(session.lookup(question.name, question.type)->failure, Failure::timeout);
}

TEST(LookupSession, past_the_deadline_answers_at_hand_still_count) {
  ManualResolver resolver;
  LookupSession session(resolver, {.timeout = 0ms});
  EXPECT_EQ(session.lookup(question.name, question.type)->failure, Failure::timeout);
  resolver.answer_at_once();
  EXPECT_EQ(session.lookup(name("b.example"), Type::txt)->records.front(), "b.example");
}

TEST(LookupSession, the_budget_counts_distinct_questions) {
  ManualResolver resolver;
  resolver.answer_at_once();
  LookupSession session(resolver, {.max_queries = 2});
  session.prefetch(name("a.example"), Type::txt);
  session.lookup(name("a.example"), Type::txt);
  EXPECT_EQ(session.lookup(name("b.example"), Type::txt)->outcome, Outcome::records);
  const AnswerPtr third = session.lookup(name("c.example"), Type::txt);
  EXPECT_EQ(third->outcome, Outcome::temporary_failure);
  EXPECT_EQ(third->failure, Failure::budget);
  EXPECT_EQ(resolver.times_asked({name("c.example"), Type::txt}), 0U);
  EXPECT_EQ(session.lookup(name("a.example"), Type::txt)->outcome, Outcome::records)
      << "answers already there remain";
}

TEST(LookupSession, an_answer_after_destruction_is_dropped) {
  ManualResolver resolver;
  std::optional<LookupSession> session(std::in_place, resolver, LookupSession::Limits{});
  session->prefetch(question.name, question.type);
  session.reset();
  resolver.answer(question, text_answer("late"));
  EXPECT_EQ(resolver.times_asked(question), 1U);
}

TEST(LookupSession, several_threads_share_one_question) {
  ManualResolver resolver;
  LookupSession session(resolver, {.timeout = 60s});
  std::vector<AnswerPtr> answers(4);
  std::vector<std::thread> askers;
  for (AnswerPtr& slot : answers)
    askers.emplace_back([&] { slot = session.lookup(question.name, question.type); });
  resolver.answer(question, text_answer("x"));
  for (std::thread& asker : askers)
    asker.join();
  for (const AnswerPtr& answer : answers)
    EXPECT_EQ(answer, answers.front());
  EXPECT_EQ(resolver.times_asked(question), 1U);
}

TEST(LookupSession, entries_tell_what_was_asked_in_order) {
  ManualResolver resolver;
  LookupSession session(resolver, {});
  session.prefetch(name("a.example"), Type::txt);
  resolver.answer_at_once();
  session.lookup(name("b.example"), Type::mx);

  auto entries = session.entries();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].question, question);
  EXPECT_EQ(entries[0].answer, nullptr) << "under way";
  EXPECT_EQ(entries[1].question.type, Type::mx);
  EXPECT_EQ(entries[1].answer->records.front(), "b.example");
  EXPECT_EQ(entries[1].took, 0us) << "at hand";

  std::thread([&] { resolver.answer(question, text_answer("x")); }).join();
  entries = session.entries();
  EXPECT_EQ(entries[0].answer->records.front(), "x");
  EXPECT_GT(entries[0].took, 0us);
}

}  // namespace
}  // namespace dmarc::dns
