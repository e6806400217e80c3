#include "milter/client/response.h"

#include <gtest/gtest.h>

namespace dmarc::milter::client {
namespace {

const mail::HeaderBlock received{{"From", "a"}, {"X-Note", "1"}, {"Subject", "s"}, {"x-note", "2"}};

std::string after(const std::vector<HeaderEdit>& edits) {
  std::string text;
  for (const mail::HeaderField& field : apply(edits, received))
    text.append(field.name).append("=").append(field.value).append(" ");
  return text;
}

HeaderEdit insert(std::uint32_t index, const std::string& value) {
  return {HeaderEdit::Kind::insert, index, "New", value};
}
HeaderEdit change(std::uint32_t index, const std::string& value) {
  return {HeaderEdit::Kind::change, index, "X-Note", value};
}

TEST(Edits, the_last_insertion_at_0_ends_up_on_top) {
  EXPECT_EQ(after({insert(0, "first"), insert(0, "second")}),
            "New=second New=first From=a X-Note=1 Subject=s x-note=2 ");
}

TEST(Edits, index_1_lands_below_the_received_field_of_the_mta_and_so_below_index_0) {
  EXPECT_EQ(after({insert(0, "above"), insert(2, "below")}),
            "New=above New=below From=a X-Note=1 Subject=s x-note=2 ");
  EXPECT_EQ(after({insert(1, "below")}), "New=below From=a X-Note=1 Subject=s x-note=2 ");
}

TEST(Edits, an_insertion_counts_the_received_field_of_the_mta) {
  EXPECT_EQ(after({insert(2, "n")}), "From=a New=n X-Note=1 Subject=s x-note=2 ");
}

TEST(Edits, an_insertion_past_the_end_is_appended) {
  EXPECT_EQ(after({insert(99, "n")}), "From=a X-Note=1 Subject=s x-note=2 New=n ");
}

TEST(Edits, changes_count_fields_of_that_name_whatever_its_case) {
  EXPECT_EQ(after({change(2, "changed")}), "From=a X-Note=1 Subject=s x-note=changed ");
}

TEST(Edits, an_empty_value_removes_and_the_next_index_counts_what_is_left) {
  EXPECT_EQ(after({change(1, "")}), "From=a Subject=s x-note=2 ");
  EXPECT_EQ(after({change(1, ""), change(1, "")}), "From=a Subject=s ");
  EXPECT_EQ(after({change(1, ""), change(2, "")}), "From=a Subject=s x-note=2 ");
  EXPECT_EQ(after({change(2, ""), change(1, "")}), "From=a Subject=s ");
}

TEST(Edits, a_change_of_a_field_that_is_not_there_adds_it) {
  EXPECT_EQ(after({change(3, "three")}), "From=a X-Note=1 Subject=s x-note=2 X-Note=three ");
  EXPECT_EQ(after({change(3, "")}), "From=a X-Note=1 Subject=s x-note=2 ");
}

TEST(Edits, an_added_field_goes_to_the_end) {
  EXPECT_EQ(after({{HeaderEdit::Kind::add, 0, "Last", "l"}}),
            "From=a X-Note=1 Subject=s x-note=2 Last=l ");
}

TEST(Edits, requests_are_read_from_their_packets) {
  Edits edits;
  EXPECT_TRUE(*read_edit({'i', wire::Fields().number(0).text("A").text("b").take()}, edits));
  EXPECT_TRUE(*read_edit({'m', wire::Fields().number(2).text("A").text("").take()}, edits));
  EXPECT_TRUE(*read_edit({'h', wire::Fields().text("C").text("d").take()}, edits));
  EXPECT_TRUE(*read_edit({'q', wire::Fields().text("held").take()}, edits));
  EXPECT_TRUE(*read_edit({'b', "one"}, edits));
  EXPECT_TRUE(*read_edit({'b', "two"}, edits));
  EXPECT_TRUE(*read_edit({'+', wire::Fields().text("<r@example.org>").take()}, edits));
  ASSERT_EQ(edits.header.size(), 3U);
  EXPECT_EQ(edits.header[0].kind, HeaderEdit::Kind::insert);
  EXPECT_TRUE(edits.header[1].removes());
  EXPECT_EQ(edits.header[2].name, "C");
  EXPECT_EQ(edits.quarantine, "held");
  EXPECT_EQ(edits.body, "onetwo");
  EXPECT_EQ(edits.added_recipients, std::vector<std::string>{"<r@example.org>"});
}

TEST(Edits, a_request_that_is_cut_off_is_an_error) {
  Edits edits;
  EXPECT_FALSE(read_edit({'i', "\0\0\0"}, edits));
  EXPECT_FALSE(read_edit({'h', wire::Fields().text("A").take()}, edits));
  EXPECT_FALSE(read_edit({'h', wire::Fields().text("").text("b").take()}, edits));
  EXPECT_FALSE(read_edit({'q', "no end"}, edits));
}

TEST(Edits, other_packets_are_no_request) {
  Edits edits;
  EXPECT_FALSE(*read_edit({'c', ""}, edits));
}

}  // namespace
}  // namespace dmarc::milter::client
