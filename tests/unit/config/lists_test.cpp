#include "config/lists.h"

#include <gtest/gtest.h>

namespace dmarc::config {
namespace {

/// "LINE:ENTRY LINE:ENTRY"
std::string entries(std::string_view text) {
  std::string result;
  for (const ListEntry& entry : parse_list_file(text))
    result += (result.empty() ? "" : " ") + std::to_string(entry.line) + ":" + entry.text;
  return result;
}

TEST(ListFile, has_one_entry_a_line) {
  EXPECT_EQ(entries("a\nb\n"), "1:a 2:b");
  EXPECT_EQ(entries("a\nb"), "1:a 2:b");
  EXPECT_EQ(entries(""), "");
}

TEST(ListFile, an_entry_ends_at_the_first_blank_or_hash) {
  EXPECT_EQ(entries("a b c\nd#e\nf # g\n"), "1:a 2:d 3:f");
}

TEST(ListFile, blanks_before_an_entry_do_no_harm) {
  EXPECT_EQ(entries("  a\n\tb\n"), "1:a 2:b");
}

TEST(ListFile, empty_lines_and_comments_are_skipped) {
  EXPECT_EQ(entries("\n# a\n   \n  # b\nc\n"), "5:c");
}

TEST(ListFile, lines_may_end_with_cr_lf) {
  EXPECT_EQ(entries("a\r\n\r\nb\r\n"), "1:a 3:b");
}

TEST(ListFile, long_lines_are_not_split) {
  const std::string comment(10'000, '#');
  EXPECT_EQ(entries(comment + "\na\n"), "2:a");
}

}  // namespace
}  // namespace dmarc::config
