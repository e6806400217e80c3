#include <gtest/gtest.h>

#include <dmarc/header_field.h>

namespace dmarc::mail {
namespace {

struct Split {
  std::vector<std::string> fields;
  std::string body;
};

Split split(std::string_view message) {
  std::size_t offset = 0;
  Split result;
  for (const HeaderField& field : split_header_block(message, offset))
    result.fields.push_back(std::string(field.name).append("|").append(field.value));
  result.body = message.substr(offset);
  return result;
}

using Fields = std::vector<std::string>;

TEST(HeaderField, names_are_compared_without_case_and_trailing_blanks) {
  EXPECT_TRUE(is_field({"fRoM", ""}, "From"));
  EXPECT_TRUE(is_field({"From \t", ""}, "From"));
  EXPECT_FALSE(is_field({" From", ""}, "From"));
  EXPECT_FALSE(is_field({"X-From", ""}, "From"));
}

TEST(HeaderField, fields_of_a_name_come_from_top_to_bottom) {
  const HeaderBlock block{{"From", "a"}, {"To", "b"}, {"FROM ", "c"}};
  const auto found = fields_named(block, "from");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], &block[0]);
  EXPECT_EQ(found[1], &block[2]);
}

std::string text_of(const HeaderBlock& block) {
  std::string text;
  for (const HeaderField& field : block)
    text.append(field.name).append("|").append(field.value).append("\n");
  return text;
}

TEST(HeaderBlock, fields_are_copied_and_stay_where_they_are) {
  HeaderBlock block;
  std::string long_value(100'000, 'x');
  block.add("X-Long", long_value);
  const HeaderField first = block.back();
  long_value.assign(long_value.size(), 'y');
  for (int i = 0; i < 1000; ++i)
    block.add("X-" + std::to_string(i), "value");
  const HeaderBlock moved = std::move(block);
  ASSERT_EQ(moved.size(), 1001U);
  EXPECT_EQ(first.name, "X-Long");
  EXPECT_EQ(first.value, std::string(100'000, 'x'));
  EXPECT_EQ(moved[0].value.data(), first.value.data());
  EXPECT_EQ(moved.back().name, "X-999");
}

TEST(HeaderBlock, is_empty_and_usable_when_it_was_moved_from) {
  HeaderBlock block{{"From", "a"}, {"To", ""}};
  const HeaderBlock moved = std::move(block);
  block = {};
  EXPECT_TRUE(block.empty());
  block.add("Cc", "c");
  EXPECT_EQ(text_of(block), "Cc|c\n");
  EXPECT_EQ(text_of(moved), "From|a\nTo|\n");
}

TEST(HeaderBlock, a_copy_lives_by_itself) {
  auto block = std::make_unique<HeaderBlock>();
  block->add("From", "a");
  HeaderBlock copy(*block);
  block.reset();
  copy.add("To", "b");
  EXPECT_EQ(text_of(copy), "From|a\nTo|b\n");
}

TEST(HeaderField, a_message_is_split_at_the_empty_line) {
  const Split result = split("From: a\r\nTo:b\r\n\r\nbody\r\n");
  EXPECT_EQ(result.fields, (Fields{"From| a", "To|b"}));
  EXPECT_EQ(result.body, "body\r\n");
}

TEST(HeaderField, bare_line_feeds_end_lines_too) {
  const Split result = split("To : a\nFrom: b\n\nbody");
  EXPECT_EQ(result.fields, (Fields{"To | a", "From| b"}));
  EXPECT_EQ(result.body, "body");
}

TEST(HeaderField, a_value_keeps_its_folding) {
  EXPECT_EQ(split("From: a\r\n b\n\tc\r\n\r\n").fields, (Fields{"From| a\r\n b\n\tc"}));
  EXPECT_EQ(split("From:\r\n \r\n <x>\r\n").fields, (Fields{"From|\r\n \r\n <x>"}));
}

TEST(HeaderField, names_and_values_keep_their_blanks) {
  EXPECT_EQ(split("Subject \t:a\nTo:\t b\nCc:  c\n").fields,
            (Fields{"Subject \t|a", "To|\t b", "Cc|  c"}));
}

TEST(HeaderField, a_value_is_shown_without_the_blanks_in_front) {
  EXPECT_EQ(shown_value({"From", " \ta b "}), "a b ");
  EXPECT_EQ(shown_value({"From", "a"}), "a");
  EXPECT_EQ(shown_value({"From", "  "}), "");
  EXPECT_EQ(shown_value({"From", "\n a"}), "\n a");
}

TEST(HeaderField, a_line_that_is_no_field_begins_the_body) {
  const Split result = split("From: a\ngarbage\nFrom: b\n");
  EXPECT_EQ(result.fields, (Fields{"From| a"}));
  EXPECT_EQ(result.body, "garbage\nFrom: b\n");
  EXPECT_EQ(split("From\n : a\n").body, "From\n : a\n");
  EXPECT_EQ(split("Fr om: a\n").fields, Fields{});
  EXPECT_EQ(split(": a\n").fields, Fields{});
}

TEST(HeaderField, a_continuation_line_with_nothing_to_continue_begins_the_body) {
  const Split result = split(" From: a\nTo: b\n");
  EXPECT_EQ(result.fields, Fields{});
  EXPECT_EQ(result.body, " From: a\nTo: b\n");
}

TEST(HeaderField, the_first_line_of_a_mailbox_file_is_no_from_field) {
  EXPECT_EQ(split("From any@example.com Mon\nFrom: a\n\n").fields,
            (Fields{"X-Mailbox-Line|From any@example.com Mon", "From| a"}));
  EXPECT_EQ(split("From : a\nTo: b\n\n").fields, (Fields{"X-Mailbox-Line|From : a", "To| b"}));
}

TEST(HeaderField, a_message_without_body_is_all_header) {
  EXPECT_EQ(split("From: a").fields, (Fields{"From| a"}));
  EXPECT_EQ(split("From: a").body, "");
  EXPECT_EQ(split("").fields, Fields{});
  EXPECT_EQ(split("\r\nbody").body, "body");
}

}  // namespace
}  // namespace dmarc::mail
