#include "failure/redaction.h"

#include <gtest/gtest.h>

namespace dmarc::failure {
namespace {

class RedactionTest : public testing::Test {
 protected:
  std::string value(const std::string& name, const std::string& text) const {
    return redactor_.value({name, text});
  }

  const Redactor redactor_{"a key"};
  const std::string jo_ = redactor_.local_part("jo");
};

TEST_F(RedactionTest, a_local_part_has_one_hash_in_any_case) {
  EXPECT_EQ(jo_.size(), 12u);
  EXPECT_EQ(
      jo_.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
  EXPECT_EQ(redactor_.local_part("Jo"), jo_);
  EXPECT_NE(redactor_.local_part("joe"), jo_);
}

TEST_F(RedactionTest, nobody_can_compute_it_without_the_key) {
  EXPECT_NE(Redactor("another key").local_part("jo"), jo_);
}

TEST_F(RedactionTest, local_parts_go_wherever_they_stand) {
  EXPECT_EQ(redactor_.text("from a (b) by c for <jo@d.example>; today"),
            "from a (b) by c for <" + jo_ + "@d.example>; today");
  EXPECT_EQ(redactor_.text("\"jo\"@d.example"), redactor_.local_part("\"jo\"") + "@d.example");
  EXPECT_EQ(redactor_.text("x \"jo \\\" do\"@d.example"),
            "x " + redactor_.local_part("\"jo \\\" do\"") + "@d.example");
  EXPECT_EQ(redactor_.text("jo @ d.example"), jo_ + "@ d.example");
  EXPECT_EQ(redactor_.text("mailto:jo%40d.example"), "mailto:" + jo_ + "%40d.example");
  EXPECT_EQ(redactor_.text("i=jo@d.example; smtp.mailfrom=jo@d.example"),
            "i=" + jo_ + "@d.example; smtp.mailfrom=" + jo_ + "@d.example");
  EXPECT_EQ(redactor_.text("jo=d.example@list.example"),
            redactor_.local_part("jo=d.example") + "@list.example");
  EXPECT_EQ(redactor_.text("@d.example"), "@d.example");
  EXPECT_EQ(redactor_.text("j\xc3\xb6@d.example"),
            redactor_.local_part("j\xc3\xb6") + "@d.example");
}

TEST_F(RedactionTest, encoded_words_hide_no_address) {
  EXPECT_EQ(redactor_.text("=?utf-8?q?for_jo=40d.example?="), "for " + jo_ + "@d.example");
  EXPECT_EQ(redactor_.text("=?utf-8?b?am9AZC5leGFtcGxl?="), jo_ + "@d.example");
  EXPECT_EQ(redactor_.text("=?utf-8?q?gr=C3=BC=C3=9Fe?="), "=?utf-8?q?gr=C3=BC=C3=9Fe?=");
}

TEST_F(RedactionTest, links_keep_their_host_alone) {
  EXPECT_EQ(redactor_.text("<HTTPS://list.example/u?id=123>, <http://b.example>"),
            "<hxxps://list.example/...>, <hxxp://b.example>");
  EXPECT_EQ(redactor_.text("http://jo@b.example/x"),
            "hxxp:" + redactor_.local_part("//jo") + "@b.example/...");
}

TEST_F(RedactionTest, recipients_lose_their_names) {
  EXPECT_EQ(value("To", "Jo Doe <jo@d.example>, \"Roe, R.\" <JO@e.example>"),
            jo_ + "@d.example, " + jo_ + "@e.example");
  EXPECT_EQ(value("delivered-to", "jo"), "(redacted)");
  EXPECT_EQ(value("From", "Jo Doe <jo@d.example>"), "Jo Doe <" + jo_ + "@d.example>");
}

TEST_F(RedactionTest, the_message_id_stays) {
  EXPECT_EQ(value("Message-ID", "<jo@d.example>"), "<jo@d.example>");
  EXPECT_EQ(value("References", "<jo@d.example>"), "<" + jo_ + "@d.example>");
}

}  // namespace
}  // namespace dmarc::failure
