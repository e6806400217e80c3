#include "ctl/subcommand.h"

#include <gtest/gtest.h>

#include <array>

namespace dmarc::ctl {
namespace {

constexpr std::array flags{Flag{"zone", "FILE", ""}, Flag{"json", "", ""}};

std::string error_of(const std::vector<std::string>& words) {
  const auto arguments = Arguments::parse(flags, words);
  return arguments ? "" : arguments.error();
}

TEST(Arguments, a_value_may_follow_an_equals_sign_or_be_the_next_word) {
  const auto arguments = Arguments::parse(flags, {"--zone=a=b", "x", "--zone", "-", "--json"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->values("zone"), (std::vector<std::string>{"a=b", "-"}));
  EXPECT_EQ(arguments->value("zone"), "-");
  EXPECT_TRUE(arguments->has("json"));
  EXPECT_EQ(arguments->operands(), std::vector<std::string>{"x"});
}

TEST(Arguments, an_option_that_was_not_given_has_no_value) {
  const auto arguments = Arguments::parse(flags, {});
  EXPECT_FALSE(arguments->has("json"));
  EXPECT_FALSE(arguments->value("zone"));
  EXPECT_EQ(arguments->value_or("zone", "z"), "z");
}

TEST(Arguments, a_dash_is_an_operand_and_two_dashes_end_the_options) {
  const auto arguments = Arguments::parse(flags, {"-", "--", "--json"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->operands(), (std::vector<std::string>{"-", "--json"}));
}

TEST(Arguments, what_is_wrong_is_said) {
  EXPECT_EQ(error_of({"--jsn"}), "unknown option --jsn (did you mean --json?)");
  EXPECT_EQ(error_of({"--frobnicate"}), "unknown option --frobnicate");
  EXPECT_EQ(error_of({"-x"}), "unknown option -x");
  EXPECT_EQ(error_of({"--zone"}), "option --zone needs a value");
  EXPECT_EQ(error_of({"--json=1"}), "option --json takes no value");
}

}  // namespace
}  // namespace dmarc::ctl
