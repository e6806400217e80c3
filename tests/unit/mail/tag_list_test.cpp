#include "mail/tag_list.h"

#include <gtest/gtest.h>

#include <string>

namespace dmarc::mail {
namespace {

// Every element as "name=value", or "?text" when it is no tag.
std::string elements(std::string_view text) {
  std::string found;
  TagList list(text);
  while (const auto tag = list.next())
    found += tag->is_well_formed() ? std::string(tag->name) + '=' + std::string(tag->value) + '|'
                                   : '?' + std::string(tag->text) + '|';
  return found;
}

TEST(TagList, splits_at_semicolons_and_the_first_equals_sign) {
  EXPECT_EQ(elements("v=DMARC1;p=none; rua=mailto:a@b?x=y"), "v=DMARC1|p=none|rua=mailto:a@b?x=y|");
}

TEST(TagList, drops_blanks_and_line_breaks_around_separators) {
  EXPECT_EQ(elements("v =\tDMARC1 ; p= none\t;\r\n sp =reject \r\n"), "v=DMARC1|p=none|sp=reject|");
}

TEST(TagList, skips_empty_elements) {
  EXPECT_EQ(elements(";; v=DMARC1; ;\t;p=none;;"), "v=DMARC1|p=none|");
  EXPECT_EQ(elements(""), "");
  EXPECT_EQ(elements(" ; ;"), "");
}

TEST(TagList, marks_what_is_no_tag) {
  EXPECT_EQ(elements("garbage;p2=none;=none;p p=none;p-=x"),
            "?garbage|?p2=none|?=none|?p p=none|?p-=x|");
}

TEST(TagList, keeps_a_tag_with_an_empty_value) {
  EXPECT_EQ(elements("psd=; p ="), "psd=|p=|");
}

TEST(TagList, keeps_blanks_and_any_octet_inside_a_value) {
  EXPECT_EQ(elements(std::string_view("p=a b\0c\xFF;t=y", 12)),
            std::string("p=a b\0c\xFF|t=y|", 13));
}

}  // namespace
}  // namespace dmarc::mail
