#include "mail/header_writer.h"

#include <gtest/gtest.h>

#include "base/ascii.h"
#include "mail/encoded_word.h"

namespace dmarc::mail {
namespace {

std::string field(std::string_view name, std::string_view value) {
  HeaderWriter header;
  header.add(name, value);
  return header.text();
}

TEST(HeaderWriterTest, fields_end_with_crlf) {
  HeaderWriter header;
  header.add("From", "dmarc@example.org");
  header.add("To", "");
  EXPECT_EQ(header.text(), "From: dmarc@example.org\r\nTo:\r\n");
}

TEST(HeaderWriterTest, long_values_are_folded_at_blanks) {
  const std::string text = field("Subject", std::string(30, 'a') + " " + std::string(30, 'b') +
                                                " " + std::string(100, 'c') + " d");
  EXPECT_EQ(text, "Subject: " + std::string(30, 'a') + " " + std::string(30, 'b') + "\r\n " +
                      std::string(100, 'c') + "\r\n d\r\n");
}

// RPT-05: what a sender chose can't become a field of its own.
TEST(HeaderWriterTest, a_value_can_not_begin_another_field) {
  EXPECT_EQ(field("Subject", "x\r\nBcc: victim@example.net\n\n\0body"),
            "Subject: x Bcc: victim@example.net\r\n");
  HeaderWriter header;
  header.add_text("Subject", "\xc3\xa4\r\nBcc: victim@example.net");
  EXPECT_EQ(base::split(header.text(), '\n').size(), 2U) << header.text();
}

TEST(HeaderWriterTest, other_characters_than_ascii_are_encoded_in_whole_characters) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += "\xe2\x82\xac";
  const std::string words = encode_words(text);
  for (const std::string_view word : base::words(words)) {
    EXPECT_LE(word.size(), 75U);
    EXPECT_EQ(decode_encoded_words(word).size() % 3, 0U) << word;
  }
  EXPECT_EQ(decode_encoded_words(words), text);
  EXPECT_EQ(encode_words("plain text"), "plain text");
}

TEST(HeaderWriterTest, octets_that_are_no_utf8_do_no_harm) {
  const std::string text(200, '\xff');
  EXPECT_EQ(decode_encoded_words(encode_words(text)), text);
}

TEST(HeaderWriterTest, display_names_are_quoted_where_need_be) {
  EXPECT_EQ(display_name("Example Mail"), "Example Mail");
  EXPECT_EQ(display_name("Example, Inc."), "\"Example, Inc.\"");
  EXPECT_EQ(display_name("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(display_name("B\xc3\xbc"
                         "cher"),
            "=?utf-8?B?QsO8Y2hlcg==?=");
}

TEST(MailDate, is_that_of_RFC_5322) {
  EXPECT_EQ(mail_date(0), "Thu, 1 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail_date(1790000000), "Mon, 21 Sep 2026 14:13:20 +0000");
  EXPECT_EQ(mail_date(1582934399), "Fri, 28 Feb 2020 23:59:59 +0000");
  EXPECT_EQ(mail_date(1582934400), "Sat, 29 Feb 2020 00:00:00 +0000");
}

}  // namespace
}  // namespace dmarc::mail
