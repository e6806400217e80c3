#include "base/ascii.h"

#include <gtest/gtest.h>

namespace dmarc::base {
namespace {

TEST(Ascii, compares_without_case_but_only_for_letters) {
  EXPECT_TRUE(iequals("From", "fROM"));
  EXPECT_FALSE(iequals("[", "{"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_TRUE(istarts_with("MAILTO:x", "mailto:"));
  EXPECT_FALSE(istarts_with("mail", "mailto:"));
}

TEST(Ascii, a_set_of_octets_holds_what_its_predicate_says) {
  constexpr OctetSet set([](char c) { return is_digit(c) || is_eight_bit(c); });
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    EXPECT_EQ(set.contains(c), is_digit(c) || is_eight_bit(c)) << octet;
  }
}

TEST(Ascii, trims_and_splits) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \r\n"), "");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Ascii, printable_escapes_what_could_break_a_line) {
  EXPECT_EQ(printable("a\nb\x1b\\\xC3"), "a\\x0ab\\x1b\\x5c\\xc3");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(Ascii, nearest_finds_typing_errors_only) {
  const std::vector<std::string_view> names{"AuthservID", "Socket", "Syslog"};
  EXPECT_EQ(nearest("AuthServerID", names), "AuthservID");
  EXPECT_EQ(nearest("sockte", names), "Socket");
  EXPECT_EQ(nearest("Elephant", names), "");
}

TEST(Ascii, words_are_what_stands_between_blanks) {
  EXPECT_EQ(words(" a\tbc \r\n d "), (std::vector<std::string_view>{"a", "bc", "d"}));
  EXPECT_EQ(words("a"), std::vector<std::string_view>{"a"});
  EXPECT_TRUE(words(" \t ").empty());
}

TEST(Ascii, a_line_feed_alone_gets_its_carriage_return) {
  EXPECT_EQ(with_crlf("a\nb\r\n\n\rc"), "a\r\nb\r\n\r\n\rc");
  EXPECT_EQ(with_crlf(""), "");
}

}  // namespace
}  // namespace dmarc::base
