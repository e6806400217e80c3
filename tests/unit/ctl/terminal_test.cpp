#include "ctl/terminal.h"

#include <gtest/gtest.h>

namespace dmarc::ctl {
namespace {

TEST(Outline, details_are_indented_below_their_line) {
  Outline outline("a");
  outline.add("b").add("c");
  outline.add(Outline("d"));
  EXPECT_EQ(outline.text(), "a\n  b\n    c\n  d\n");
}

TEST(Outline, values_are_made_printable_and_labels_are_not_touched) {
  Outline outline("a");
  outline.add("label", "\x1b[2J\n");
  EXPECT_EQ(outline.text(), "a\n  label: \\x1b[2J\\x0a\n");
}

TEST(Outline, a_reference_to_a_line_holds_while_others_are_added) {
  Outline outline("a");
  Outline& first = outline.add("first");
  for (int i = 0; i < 100; ++i)
    outline.add("more");
  first.add("detail");
  EXPECT_TRUE(outline.text().starts_with("a\n  first\n    detail\n  more\n"));
}

}  // namespace
}  // namespace dmarc::ctl
