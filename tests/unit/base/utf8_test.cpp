#include "base/utf8.h"

#include <gtest/gtest.h>

namespace dmarc::base {
namespace {

TEST(Utf8, accepts_every_length_of_sequence) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"));
  EXPECT_TRUE(is_utf8("\xf4\x8f\xbf\xbf")) << "U+10FFFF";
}

TEST(Utf8, refuses_what_is_not_well_formed) {
  for (const std::string_view text :
       {"\x80", "\xc3", "\xc3(", "\xe2\x82", "\xc0\xbc", "\xe0\x80\xbc", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xff", "\xf0\x80\x80\xbc", "M\xfcller"}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, bidirectional_controls_are_found) {
  EXPECT_TRUE(has_bidi_control("a\xe2\x80\xae"));
  EXPECT_TRUE(has_bidi_control("\xe2\x81\xa6"));
  EXPECT_TRUE(has_bidi_control("\xd8\x9c"));
  EXPECT_FALSE(has_bidi_control("\xe2\x80\x8d")) << "a joiner changes no direction";
  EXPECT_FALSE(has_bidi_control("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d")) << "Hebrew letters";
}

}  // namespace
}  // namespace dmarc::base
