#include "mail/lexer.h"

#include <gtest/gtest.h>

namespace dmarc::mail {
namespace {

std::string nested_comment(std::size_t depth) {
  return std::string(depth, '(') + "x" + std::string(depth, ')');
}

TEST(Unfold, joins_lines_that_go_on_with_a_blank) {
  EXPECT_EQ(unfold("a\r\n b\n\tc"), "a b\tc");
  EXPECT_EQ(unfold("\n \n <x>"), "  <x>");
  EXPECT_EQ(unfold("a\r\n"), "a");
}

TEST(Unfold, says_where_a_control_octet_stands) {
  EXPECT_EQ(unfold(std::string_view("a\0b", 3)), tl::unexpected<std::size_t>(1));
  EXPECT_EQ(unfold("ab\rc"), tl::unexpected<std::size_t>(2));
  EXPECT_EQ(unfold("ab\nc"), tl::unexpected<std::size_t>(2));
  EXPECT_EQ(unfold("ab\r\nc"), tl::unexpected<std::size_t>(2));
  EXPECT_EQ(unfold("a\x7f"), tl::unexpected<std::size_t>(1));
  EXPECT_EQ(unfold("a\r\r\n b"), tl::unexpected<std::size_t>(1));
}

TEST(Lexer, skips_blanks_and_nested_comments) {
  Lexer lexer(" (a (b) \\) \\( c)\t(d)x");
  EXPECT_EQ(lexer.skip_cfws(), true);
  EXPECT_EQ(lexer.peek(), 'x');
  EXPECT_EQ(lexer.skip_cfws(), false);
}

TEST(Lexer, comments_nest_up_to_the_limit) {
  const std::string deepest = nested_comment(max_comment_depth);
  EXPECT_TRUE(Lexer(deepest).skip_cfws());
  const std::string deeper = nested_comment(max_comment_depth + 1);
  EXPECT_EQ(Lexer(deeper).skip_cfws(), tl::unexpected(LexError::deep_comment));
  EXPECT_TRUE(Lexer(deeper, max_comment_depth + 1).skip_cfws());
}

TEST(Lexer, quoted_strings_end_at_the_first_quote_that_is_not_escaped) {
  Lexer lexer(R"("a\"b\\"c)");
  EXPECT_EQ(lexer.quoted_string(), R"(a\"b\\)");
  EXPECT_EQ(lexer.peek(), 'c');
  EXPECT_EQ(unquote(R"(a\"b\\)"), R"(a"b\)");
}

TEST(Lexer, open_pieces_are_errors) {
  EXPECT_EQ(Lexer("(a").skip_cfws(), tl::unexpected(LexError::open_comment));
  EXPECT_EQ(Lexer("(a\\)").skip_cfws(), tl::unexpected(LexError::open_comment));
  EXPECT_EQ(Lexer("\"a\\\"").quoted_string(), tl::unexpected(LexError::open_quote));
  EXPECT_EQ(Lexer("\"a\\").quoted_string(), tl::unexpected(LexError::open_quote));
  EXPECT_EQ(Lexer("[1.2.3.4").domain_literal(), tl::unexpected(LexError::open_literal));
}

TEST(Lexer, stays_where_the_broken_piece_begins) {
  Lexer lexer("ab (c");
  EXPECT_EQ(lexer.take_while(is_atom_octet), "ab");
  EXPECT_FALSE(lexer.skip_cfws());
  EXPECT_EQ(lexer.offset(), 3U);
}

TEST(Lexer, atoms_hold_characters_beyond_ascii_but_no_specials) {
  Lexer lexer("o'Brien+x=y/z\xc3\xa9@");
  EXPECT_EQ(lexer.take_while(is_atom_octet), "o'Brien+x=y/z\xc3\xa9");
  for (const char c : std::string_view("()<>[]:;@\\,.\" \t"))
    EXPECT_FALSE(is_atom_octet(c)) << c;
}

}  // namespace
}  // namespace dmarc::mail
