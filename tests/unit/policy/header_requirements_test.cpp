#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/form.h"

namespace dmarc::policy {
namespace {

mail::HeaderBlock header(const std::vector<std::string>& names) {
  mail::HeaderBlock block;
  for (const std::string& name : names)
    block.add(name, "x");
  return block;
}

TEST(HeaderRequirements, hold_for_an_ordinary_header) {
  EXPECT_EQ(
      broken_header_requirement(header({"From", "Date", "To", "Cc", "Bcc", "Reply-To", "Message-Id",
                                        "In-Reply-To", "References", "Subject"})),
      std::nullopt);
}

TEST(HeaderRequirements, ask_for_from_and_date_alone) {
  EXPECT_EQ(broken_header_requirement(header({"From", "Date"})), std::nullopt);
  EXPECT_EQ(broken_header_requirement(header({"Date"})), "missing From field");
  EXPECT_EQ(broken_header_requirement(header({"From"})), "missing Date field");
}

TEST(HeaderRequirements, name_the_field_that_is_there_twice) {
  const std::vector<std::pair<std::string, std::string>> texts{
      {"From", "multiple From fields"},
      {"Date", "multiple Date fields"},
      {"Reply-To", "multiple Reply-To fields"},
      {"To", "multiple To fields"},
      {"Cc", "multiple Cc fields"},
      {"Bcc", "multiple Bcc fields"},
      {"Message-Id", "multiple Message-Id fields"},
      {"In-Reply-To", "multiple In-Reply-To fields"},
      {"References", "multiple References fields"},
      {"Subject", "multiple Subject fields"},
  };
  for (const auto& [name, text] : texts) {
    mail::HeaderBlock block = header({"From", "Date"});
    block.add(name, "x");
    if (name != "From" && name != "Date") block.add(name, "y");
    EXPECT_EQ(broken_header_requirement(block), text);
  }
}

// M7
TEST(HeaderRequirements, let_the_same_field_be_repeated_where_programs_write_it_so) {
  for (const char* name : {"To", "Cc", "References"}) {
    mail::HeaderBlock block = header({"From", "Date"});
    for (int i = 0; i < 3; ++i)
      block.add(name, "<a@b.test>");
    EXPECT_EQ(broken_header_requirement(block), std::nullopt) << name;
    block.add(name, "<c@b.test>");
    EXPECT_EQ(broken_header_requirement(block), "multiple " + std::string(name) + " fields");
  }
  for (const char* name : {"From", "Date", "Reply-To", "Message-Id", "Subject"}) {
    mail::HeaderBlock block = header({"From", "Date"});
    for (int i = 0; i < 2; ++i)
      block.add(name, "x");
    EXPECT_EQ(broken_header_requirement(block), "multiple " + std::string(name) + " fields");
  }
}

TEST(HeaderRequirements, let_a_later_one_hide_an_earlier_one) {
  EXPECT_EQ(broken_header_requirement({}), "missing Date field");
  EXPECT_EQ(broken_header_requirement(header({"From", "From", "Subject", "Subject"})),
            "multiple Subject fields");
}

TEST(HeaderRequirements, compare_names_without_regard_to_case) {
  EXPECT_EQ(broken_header_requirement(header({"FROM", "date", "SUBJECT", "subject"})),
            "multiple Subject fields");
}

TEST(HeaderRequirements, do_not_ask_about_sender_or_unknown_fields) {
  EXPECT_EQ(broken_header_requirement(header({"From", "Date", "Sender", "Sender", "X-A", "X-A"})),
            std::nullopt);
}

}  // namespace
}  // namespace dmarc::policy
