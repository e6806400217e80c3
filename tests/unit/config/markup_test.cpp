#include "config/markup.h"

#include <gtest/gtest.h>

namespace dmarc::config {
namespace {

TEST(Markup, plain_text_has_no_quotes) {
  EXPECT_EQ(plain_text("Set `A` to `b c`."), "Set A to b c.");
}

TEST(Markup, quoted_text_is_bold_in_roff) {
  EXPECT_EQ(roff_text("Set `A` to `b`."), "Set \\fBA\\fR to \\fBb\\fR.");
}

TEST(Markup, hyphens_are_minus_signs_in_literal_text_only) {
  EXPECT_EQ(roff_text("re-read with `-c`"), "re-read with \\fB\\-c\\fR");
}

TEST(Markup, backslashes_stay) {
  EXPECT_EQ(roff_text("a\\b"), "a\\eb");
}

TEST(Markup, lines_break_at_blanks) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrap("aa bb cc", 5), (Lines{"aa bb", "cc"}));
  EXPECT_EQ(wrap("aa bb cc", 4), (Lines{"aa", "bb", "cc"}));
  EXPECT_EQ(wrap("a longerthanthat b", 6), (Lines{"a", "longerthanthat", "b"}));
  EXPECT_EQ(wrap("", 5), (Lines{""}));
}

}  // namespace
}  // namespace dmarc::config
