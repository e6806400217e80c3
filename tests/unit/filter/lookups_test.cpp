#include "filter/lookups.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include <dmarc/zone.h>

#include "support/manual_resolver.h"

namespace dmarc::filter {
namespace {

using test::ManualResolver;
using test::text_answer;

dns::Question txt(std::string_view name) {
  return {*dns::Name::parse(name), dns::Type::txt};
}

struct LookupsTest : testing::Test {
  void make(std::size_t max_questions = 10) {
    lookups.emplace(questions, max_questions, [this] { ++wakes; });
  }

  ManualResolver resolver;
  MessageQuestions questions{resolver};
  int wakes = 0;
  std::optional<Lookups> lookups;
};

TEST_F(LookupsTest, an_answer_at_hand_is_there_at_once_and_wakes_nobody) {
  resolver.answer_at_once();
  make();
  lookups->ask(txt("a.example"));
  ASSERT_TRUE(lookups->find(txt("a.example")));
  EXPECT_EQ(wakes, 0);
}

TEST(Lookups, what_the_resolver_has_at_hand_is_not_asked_for) {
  class Cache final : public ManualResolver {
   public:
    dns::AnswerPtr at_hand(const dns::Question& question) override {
      return question == txt("a.example") ? text_answer("x") : nullptr;
    }
  } cache;
  MessageQuestions questions(cache);
  Lookups lookups(questions, 10, [] { FAIL() << "nobody waits"; });
  lookups.ask(txt("a.example"));
  lookups.ask(txt("b.example"));
  EXPECT_EQ(lookups.find(txt("a.example"))->records.front(), "x");
  EXPECT_FALSE(lookups.find(txt("b.example")));
  EXPECT_EQ(cache.times_asked(txt("a.example")), 0U);
  EXPECT_EQ(cache.times_asked(txt("b.example")), 1U);
}

TEST_F(LookupsTest, an_answer_counts_when_it_was_taken) {
  make();
  lookups->ask(txt("a.example"));
  EXPECT_FALSE(lookups->find(txt("a.example")));
  resolver.answer(txt("a.example"), text_answer("x"));
  EXPECT_EQ(wakes, 1);
  EXPECT_FALSE(lookups->find(txt("a.example"))) << "the owner has not looked yet";
  lookups->take_arrivals();
  EXPECT_EQ(lookups->find(txt("a.example"))->records.front(), "x");
}

TEST_F(LookupsTest, the_owner_is_woken_once_for_all_that_comes_until_it_looks) {
  make();
  for (const char* name : {"a.example", "b.example", "c.example"})
    lookups->ask(txt(name));
  resolver.answer(txt("a.example"), text_answer("x"));
  resolver.answer(txt("b.example"), text_answer("x"));
  EXPECT_EQ(wakes, 1);
  lookups->take_arrivals();
  resolver.answer(txt("c.example"), text_answer("x"));
  EXPECT_EQ(wakes, 2);
}

TEST_F(LookupsTest, a_question_is_asked_once) {
  make();
  lookups->ask(txt("a.example"));
  lookups->ask(txt("a.example"));
  EXPECT_EQ(resolver.times_asked(txt("a.example")), 1U);
}

TEST_F(LookupsTest, past_the_budget_a_question_has_failed) {
  make(1);
  lookups->ask(txt("a.example"));
  lookups->ask(txt("b.example"));
  EXPECT_EQ(resolver.times_asked(txt("b.example")), 0U);
  ASSERT_TRUE(lookups->find(txt("b.example")));
  EXPECT_EQ(lookups->find(txt("b.example"))->failure, dns::Failure::budget);
  EXPECT_FALSE(lookups->find(txt("a.example"))) << "it is under way";
}

TEST_F(LookupsTest, when_the_time_is_up_what_is_open_has_failed_and_what_has_come_counts) {
  make();
  lookups->ask(txt("a.example"));
  lookups->ask(txt("b.example"));
  resolver.answer(txt("a.example"), text_answer("x"));
  lookups->take_arrivals();
  lookups->give_up();
  lookups->ask(txt("c.example"));
  EXPECT_EQ(lookups->find(txt("a.example"))->outcome, dns::Outcome::records);
  EXPECT_EQ(lookups->find(txt("b.example"))->failure, dns::Failure::timeout);
  EXPECT_EQ(lookups->find(txt("c.example"))->failure, dns::Failure::timeout);
  EXPECT_EQ(resolver.times_asked(txt("c.example")), 0U);
}

TEST_F(LookupsTest, an_answer_that_comes_after_the_owner_is_dropped) {
  make();
  lookups->ask(txt("a.example"));
  lookups.reset();
  resolver.answer(txt("a.example"), text_answer("x"));
  EXPECT_EQ(wakes, 0);
}

}  // namespace
}  // namespace dmarc::filter
