// The scenario runner's own tests: a runner that overlooks a difference makes every scenario
// worthless.
#include "scenario.h"

#include <gtest/gtest.h>

#include "match.h"

namespace dmarc::test {
namespace {

TEST(Match, a_star_stands_for_any_text) {
  EXPECT_TRUE(matches("abc", "abc"));
  EXPECT_TRUE(matches("abc", "*"));
  EXPECT_TRUE(matches("", "*"));
  EXPECT_TRUE(matches("abc", "a*c"));
  EXPECT_TRUE(matches("abcabc", "a*c"));
  EXPECT_TRUE(matches("a-b-c", "a*b*c"));
  EXPECT_FALSE(matches("abc", "ab"));
  EXPECT_FALSE(matches("abc", "b*"));
  EXPECT_FALSE(matches("abc", "*b"));
  EXPECT_FALSE(matches("ab", "ab*b"));
  EXPECT_FALSE(matches("abc", ""));
}

const mail::HeaderBlock sent{{"From", " a"}, {"X", "1"}, {"X", "2"}};

TEST(HeaderDifference, a_message_that_was_not_touched) {
  EXPECT_FALSE(header_difference(sent, sent, {}, {}));
}

TEST(HeaderDifference, added_fields_have_to_be_named_in_order) {
  const mail::HeaderBlock delivered{{"A", " 1"}, {"B", " 2"}, sent[0], sent[1], sent[2]};
  EXPECT_FALSE(header_difference(sent, delivered, {"A: 1", "B: *"}, {}));
  EXPECT_TRUE(header_difference(sent, delivered, {"B: 2", "A: 1"}, {}));
  EXPECT_TRUE(header_difference(sent, delivered, {"A: 1"}, {}));
  EXPECT_TRUE(header_difference(sent, delivered, {}, {}));
  EXPECT_TRUE(header_difference(sent, sent, {"A: 1"}, {}));
}

TEST(HeaderDifference, the_blank_of_an_added_field_counts) {
  for (const char* value : {"1", "  1", "\t1"})
    EXPECT_TRUE(header_difference(sent, {{"A", value}, sent[0], sent[1], sent[2]}, {"A: 1"}, {}));
}

TEST(HeaderDifference, removed_fields_have_to_be_named) {
  const mail::HeaderBlock delivered{sent[0], sent[2]};
  EXPECT_FALSE(header_difference(sent, delivered, {}, {"X: 1"}));
  EXPECT_TRUE(header_difference(sent, delivered, {}, {"X: 2"}));
  EXPECT_TRUE(header_difference(sent, delivered, {}, {}));
  EXPECT_TRUE(header_difference(sent, sent, {}, {"X: 1"}));
}

TEST(HeaderDifference, a_field_that_changed_or_moved_is_a_difference) {
  EXPECT_TRUE(header_difference(sent, {sent[0], {"X", "9"}, sent[2]}, {}, {}));
  EXPECT_TRUE(header_difference(sent, {sent[1], sent[0], sent[2]}, {}, {}));
  EXPECT_TRUE(header_difference(sent, {sent[0], sent[1], sent[2], {"Y", "at the end"}},
                                {"Y: at the end"}, {}));
}

TEST(Scenario, actions_take_the_expectations_below_them) {
  const auto scenes = parse_scenario(
      "configuration:\n  AuthservID mx\n"
      "zone:\n  a.example TXT x\n"
      "every case:\n  CLIENT c [192.0.2.1]\n"
      "case: one\n  MAIL <a@b>\n  < accept\n  log L\n  DATA\n  | A: 1\n  |  folded\n  |\n  |* 2 b\n"
      "  .\n  < 550 5.7.1 no\n  + N: v\n  - A: 1\n",
      "x");
  ASSERT_EQ(scenes.size(), 1U);
  EXPECT_EQ(scenes[0].configuration, "AuthservID mx\n");
  EXPECT_EQ(scenes[0].zone, "a.example TXT x\n");
  const auto& actions = scenes[0].cases.at(0).actions;
  ASSERT_EQ(actions.size(), 4U);
  EXPECT_EQ(actions[0].keyword, "CLIENT");
  EXPECT_EQ(actions[1].expected.answer, "accept");
  EXPECT_EQ(actions[1].expected.logged, std::vector<std::string>{"L"});
  EXPECT_EQ(actions[2].content, (std::vector<std::string>{"A: 1", " folded", "", "b", "b"}));
  EXPECT_EQ(actions[3].expected.answer, "550 5.7.1 no");
  EXPECT_EQ(actions[3].expected.added, std::vector<std::string>{"N: v"});
  EXPECT_EQ(actions[3].expected.removed, std::vector<std::string>{"A: 1"});
}

TEST(Scenario, a_new_section_after_a_case_starts_a_new_run_with_what_it_does_not_replace) {
  const auto scenes = parse_scenario(
      "zone:\n  z\nconfiguration:\n  A 1\ncase: one\n  QUIT\nconfiguration:\n  B 2\ncase: two\n  "
      "QUIT\n",
      "x");
  ASSERT_EQ(scenes.size(), 2U);
  EXPECT_EQ(scenes[0].configuration, "A 1\n");
  EXPECT_EQ(scenes[1].configuration, "B 2\n");
  EXPECT_EQ(scenes[1].zone, "z\n");
  EXPECT_EQ(scenes[1].cases.size(), 1U);
}

TEST(Scenario, escapes_make_octets_and_repetitions) {
  const auto scenes = parse_scenario("case: c\n  DATA\n  | \\x41\\\\\\{3 ab}c\n", "x");
  EXPECT_EQ(scenes[0].cases[0].actions[0].content[0], "A\\abababc");
}

std::string error_of(const std::string& text) {
  try {
    parse_scenario(text, "x");
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "";
}

TEST(Scenario, what_is_not_understood_is_an_error_with_its_line) {
  EXPECT_EQ(error_of("nonsense:\n"), "x:1: \"nonsense\" is no section");
  EXPECT_EQ(error_of("  stray\n"), "x:1: a section has to come first");
  EXPECT_EQ(error_of("case: c\n  FROB\n"), "x:2: an action has to come first");
  EXPECT_EQ(error_of("case: c\n  QUIT\n  frob\n"),
            "x:3: \"frob\" is neither an action nor an expectation");
  EXPECT_EQ(error_of("case: c\n  QUIT\n  | line\n"), "x:3: message lines belong below DATA");
  EXPECT_EQ(error_of("case: c\n  MAIL \\q\n"), "x:2: unknown escape; a backslash is written \\\\");
  EXPECT_EQ(error_of("case: c\n  .\n"), "x:2: the end of a message needs an answer: < accept");
}

}  // namespace
}  // namespace dmarc::test
