#include "failure/header_text.h"

#include <gtest/gtest.h>

namespace dmarc::failure {
namespace {

std::string text_of(const std::string& name, const std::string& value) {
  return header_text(std::vector{mail::HeaderField{name, value}});
}

TEST(HeaderText, fields_stay_as_they_came) {
  EXPECT_EQ(text_of("Subject", " a\r\n\tb"), "Subject: a\r\n\tb\r\n");
  EXPECT_EQ(text_of("Subject", "a\n b"), "Subject: a\r\n b\r\n");
  EXPECT_EQ(text_of("Empty", ""), "Empty: \r\n");
}

TEST(HeaderText, no_field_can_make_another_or_end_the_header) {
  EXPECT_EQ(text_of("Subject", "a\r\nBcc: x@y.example"), "Subject: a\r\n\tBcc: x@y.example\r\n");
  EXPECT_EQ(text_of("Subject", "a\r\n\r\n--boundary"), "Subject: a\r\n\t--boundary\r\n");
  EXPECT_EQ(text_of("Subject", "a\r\n \r\n b"), "Subject: a\r\n b\r\n");
  EXPECT_EQ(text_of("Subject", std::string("a\rb\0c\x7f", 6)), "Subject: a?b?c?\r\n");
  EXPECT_EQ(text_of("Sub:je\r\nct", "a"), "Sub?je??ct: a\r\n");
  EXPECT_EQ(text_of("", "a"), "?: a\r\n");
}

TEST(HeaderText, quoting_is_for_what_mail_can_not_carry) {
  EXPECT_FALSE(needs_quoting("Subject: a\r\n"));
  EXPECT_TRUE(needs_quoting("Subject: \xc3\xbc\r\n"));
  EXPECT_FALSE(needs_quoting(std::string(900, 'a') + "\r\n" + std::string(900, 'b')));
  EXPECT_TRUE(needs_quoting(std::string(1000, 'a')));
}

TEST(QuotedPrintable, is_that_of_RFC_2045) {
  EXPECT_EQ(quoted_printable("a=b\xc3\xbc\tc\r\nd"), "a=3Db=C3=BC\tc\r\nd");
  EXPECT_EQ(quoted_printable("a \r\n"), "a=20\r\n");
  const std::string long_line = quoted_printable(std::string(200, 'a'));
  EXPECT_EQ(long_line.substr(0, 76), std::string(73, 'a') + "=\r\n");
  EXPECT_LE(quoted_printable(std::string(200, '=')).find("\r\n"), 76u);
}

}  // namespace
}  // namespace dmarc::failure
