#include "dkim/tag_list.h"

#include <gtest/gtest.h>

#include "dkim/limits.h"

namespace dmarc::dkim {
namespace {

TagListError error_of(std::string_view text) {
  const auto list = TagList::parse(text);
  EXPECT_FALSE(list) << text;
  return list ? TagListError::too_many : list.error();
}

TEST(DkimTagList, names_values_and_where_they_stand) {
  const std::string_view text = " v=1;\r\n\ta1_b = x = y ;b=\r\n c\r\n d ; e=";
  const auto list = TagList::parse(text);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->front().name, "v");
  EXPECT_EQ(list->find("a1_b")->value, "x = y");
  const Tag* const b = list->find("b");
  EXPECT_EQ(b->value, "c\r\n d");
  EXPECT_EQ(text.substr(b->begin, b->end - b->begin), "\r\n c\r\n d ");
  EXPECT_EQ(list->find("e")->value, "");
  EXPECT_EQ(list->find("V"), nullptr);
}

TEST(DkimTagList, a_semicolon_may_end_it) {
  EXPECT_TRUE(TagList::parse("a=1;"));
  EXPECT_TRUE(TagList::parse("a=1; \r\n "));
  EXPECT_EQ(error_of("a=1;;"), TagListError::syntax);
  EXPECT_EQ(error_of(";a=1"), TagListError::syntax);
}

TEST(DkimTagList, what_is_no_tag) {
  for (const std::string_view text :
       {"", " ", ";", "a", "=1", "a b=1", "1a=1", "a-b=1", "a=1; b", "=?utf-8?Q?v=3D1?="})
    EXPECT_EQ(error_of(text), TagListError::syntax) << text;
  EXPECT_EQ(error_of(std::string_view("a=\0", 3)), TagListError::syntax);
  EXPECT_EQ(error_of("a=\x7f"), TagListError::syntax);
  EXPECT_TRUE(TagList::parse("a=\xc3\xbc"));
}

TEST(DkimTagList, a_name_twice) {
  EXPECT_EQ(error_of("a=1; b=2; a=1"), TagListError::duplicate);
  EXPECT_TRUE(TagList::parse("a=1; A=1"));
}

TEST(DkimTagList, many_tags) {
  std::string text;
  for (std::size_t i = 0; i < max_tags; ++i)
    text += "t" + std::to_string(i) + "=;";
  EXPECT_TRUE(TagList::parse(text));
  EXPECT_EQ(error_of(text + "u="), TagListError::too_many);
}

TEST(DkimBase64, folded_and_with_or_without_padding) {
  EXPECT_EQ(base64_value("YQ=="), "a");
  EXPECT_EQ(base64_value("YQ"), "a");
  EXPECT_EQ(base64_value("Y W\r\n I="), "ab");
  EXPECT_EQ(base64_value("YWI"), "ab");
  EXPECT_EQ(base64_value("YWJj"), "abc");
  EXPECT_EQ(base64_value("YWJjZGVm"), "abcdef");
  EXPECT_EQ(base64_value("//79"), std::string("\xff\xfe\xfd"));
}

TEST(DkimBase64, what_is_none) {
  for (const std::string_view text : {"", " ", "=", "Y", "YWJjZ", "Y-_=", "YQ===", "YWJj=", "Y=Q=",
                                      "YQ==YQ==", "YQ*=", "\"YQ==\"", "YQ\xc3\xbc"})
    EXPECT_EQ(base64_value(text), std::nullopt) << text;
}

TEST(DkimTagList, elements_between_colons) {
  EXPECT_TRUE(list_has("y : s", "s"));
  EXPECT_TRUE(list_has("y", "y"));
  EXPECT_TRUE(list_has("", ""));
  EXPECT_FALSE(list_has("yes:so", "y"));
}

}  // namespace
}  // namespace dmarc::dkim
