#include <gtest/gtest.h>

#include <dmarc/tree_walk.h>

#include "unit/dmarc/world.h"

namespace dmarc {
namespace {

using test::asked;
using test::name;
using test::World;

std::string visits(std::string_view start) {
  std::string text;
  for (const dns::Name& visited : walk_names(name(start)))
    text += (text.empty() ? "" : " ") + visited.text();
  return text;
}

std::vector<WalkStep> walk(World& world, std::string_view start) {
  return world.walk(start).steps;
}

TEST(WalkNames, go_up_one_label_at_a_time_to_the_single_label) {
  EXPECT_EQ(visits("com"), "com");
  EXPECT_EQ(visits("x.com"), "x.com com");
  EXPECT_EQ(visits("a.b.example.com"), "a.b.example.com b.example.com example.com com");
  EXPECT_EQ(visits("7.6.5.4.3.2.1"), "7.6.5.4.3.2.1 6.5.4.3.2.1 5.4.3.2.1 4.3.2.1 3.2.1 2.1 1");
}

TEST(WalkNames, of_eight_labels_lose_one) {
  EXPECT_EQ(visits("8.7.6.5.4.3.2.1"),
            "8.7.6.5.4.3.2.1 7.6.5.4.3.2.1 6.5.4.3.2.1 5.4.3.2.1 4.3.2.1 3.2.1 2.1 1");
}

TEST(WalkNames, of_more_labels_jump_to_seven) {
  const std::string rest = " 7.6.5.4.3.2.1 6.5.4.3.2.1 5.4.3.2.1 4.3.2.1 3.2.1 2.1 1";
  EXPECT_EQ(visits("9.8.7.6.5.4.3.2.1"), "9.8.7.6.5.4.3.2.1" + rest);
  EXPECT_EQ(visits("c.b.a.9.8.7.6.5.4.3.2.1"), "c.b.a.9.8.7.6.5.4.3.2.1" + rest);
}

TEST(WalkNames, never_number_more_than_eight) {
  std::string longest = "a";
  while (longest.size() + 2 <= dns::Name::max_text)
    longest += ".a";
  EXPECT_EQ(walk_names(name(longest)).size(), 8U);
}

TEST(TreeWalk, goes_on_past_records_that_do_not_say_psd) {
  World world(R"(
    _dmarc.a.example.com  TXT  "v=DMARC1; p=none"
    _dmarc.example.com    TXT  "v=DMARC1; p=reject; psd=u"
  )");
  EXPECT_EQ(asked(walk(world, "a.example.com")), "a.example.com example.com com");
}

TEST(TreeWalk, ends_at_psd_yes_and_psd_no) {
  World world(R"(
    _dmarc.bank.example  TXT  "v=DMARC1; psd=y"
    _dmarc.example.com   TXT  "v=DMARC1; psd=n"
  )");
  EXPECT_EQ(asked(walk(world, "a.giant.bank.example")),
            "a.giant.bank.example giant.bank.example bank.example");
  EXPECT_EQ(asked(walk(world, "example.com")), "example.com");
}

TEST(TreeWalk, several_records_at_one_name_count_as_none) {
  World world(R"(
    _dmarc.example.com  TXT  "v=DMARC1; p=reject; psd=n"
    _dmarc.example.com  TXT  "v=DMARC1; p=none; psd=n"
  )");
  const auto steps = walk(world, "example.com");
  EXPECT_EQ(asked(steps), "example.com com");
  EXPECT_EQ(steps[0].records_found, 2U);
  EXPECT_FALSE(steps[0].record);
}

TEST(TreeWalk, other_text_beside_a_record_is_discarded_first) {
  World world(R"(
    _dmarc.example.com  TXT  "v=spf1 -all"
    _dmarc.example.com  TXT  "v=dmarc1; p=none"
    _dmarc.example.com  TXT  "v=DMARC1; p=reject"
  )");
  const auto steps = walk(world, "example.com");
  EXPECT_EQ(steps[0].records_found, 1U);
  ASSERT_TRUE(steps[0].record);
  EXPECT_EQ(steps[0].record->p, Policy::reject);
}

TEST(TreeWalk, a_failure_does_not_end_it) {
  World world(R"(
    _dmarc.example.com  RCODE  SERVFAIL
  )");
  const auto steps = walk(world, "a.example.com");
  EXPECT_EQ(asked(steps), "a.example.com example.com com");
  EXPECT_EQ(find_failure(steps), &steps[1]);
  EXPECT_EQ(steps[1].failure, dns::Failure::servfail);
  EXPECT_EQ(find_failure(std::span(steps).first(1)), nullptr);
}

TEST(TreeWalk, a_name_too_long_to_be_asked_has_no_record) {
  World world("");
  const std::string label(63, 'a');
  const std::string longest =
      label + '.' + label + '.' + label + '.' + std::string(57, 'b') + ".com";
  const auto steps = walk(world, longest);
  EXPECT_EQ(steps[0].outcome, dns::Outcome::no_such_name);
  EXPECT_EQ(world.session().entries().front().question.name.text(),
            "_dmarc." + longest.substr(label.size() + 1));
}

TEST(TreeWalk, follows_aliases_but_keeps_the_name_that_was_asked) {
  World world(R"(
    _dmarc.example.com    CNAME  c1.vendor.example
    c1.vendor.example     CNAME  c2.vendor.example
    c2.vendor.example     TXT    "v=DMARC1; p=quarantine; psd=n"
  )");
  const auto steps = walk(world, "example.com");
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].name, name("example.com"));
}

}  // namespace
}  // namespace dmarc
