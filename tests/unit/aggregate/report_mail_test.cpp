#include "aggregate/report_mail.h"

#include <gtest/gtest.h>

#include <dmarc/header_field.h>

#include "base/ascii.h"
#include "base/encoding.h"

namespace dmarc::aggregate {
namespace {

ReportMail sample() {
  return {.name = {"mx.example.net", "example.org", {1'763'856'000, 1'763'942'400}, "3f2a91"},
          .from = sending::MailAddress::parse("dmarc@example.net").value(),
          .org_name = "Example, Inc.",
          .to = "reports@example.org",
          .bcc = {},
          .date = 1'763'950'000};
}

std::string value_of(const std::string& message, std::string_view name) {
  std::size_t body = 0;
  const auto block = mail::split_header_block(message, body);
  const auto fields = mail::fields_named(block, name);
  EXPECT_EQ(fields.size(), 1U) << name;
  std::string value(fields.empty() ? std::string_view() : fields.front()->value);
  std::erase_if(value, [](char c) { return c == '\r' || c == '\n'; });
  return std::string(base::trim(value));
}

TEST(ReportMailTest, the_header_is_that_of_a_report) {
  const std::string message = compose(sample(), "gzip");
  EXPECT_EQ(value_of(message, "From"), "\"Example, Inc.\" <dmarc@example.net>");
  EXPECT_EQ(value_of(message, "To"), "reports@example.org");
  EXPECT_EQ(value_of(message, "Subject"),
            "Report Domain: example.org Submitter: mx.example.net Report-ID: <3f2a91>");
  EXPECT_EQ(value_of(message, "Date"), "Mon, 24 Nov 2025 02:06:40 +0000");
  EXPECT_EQ(value_of(message, "Message-ID"), "<3f2a91@mx.example.net>");
  EXPECT_EQ(value_of(message, "MIME-Version"), "1.0");
  EXPECT_EQ(message.find("Bcc:"), std::string::npos);
}

// RPT-04: no ping-pong with another reporter.
TEST(ReportMailTest, no_machine_is_to_answer_it) {
  EXPECT_EQ(value_of(compose(sample(), "gzip"), "Auto-Submitted"), "auto-generated");
}

TEST(ReportMailTest, the_report_is_an_attachment_with_its_name) {
  const std::string gzip(1000, '\x8b');
  const std::string message = compose(sample(), gzip);
  const std::string name = "\"mx.example.net!example.org!1763856000!1763942400!3f2a91.xml.gz\"";
  EXPECT_NE(message.find("Content-Type: application/gzip;\r\n name=" + name), std::string::npos)
      << message;
  EXPECT_NE(message.find("Content-Disposition: attachment;\r\n filename=" + name),
            std::string::npos);
  std::string lines;
  base::append_base64_lines(lines, gzip);
  EXPECT_NE(message.find("\r\n\r\n" + lines + "\r\n--=_3f2a91--\r\n"), std::string::npos);
}

TEST(ReportMailTest, every_line_ends_with_crlf_and_none_is_too_long) {
  ReportMail mail = sample();
  mail.name.domain = std::string(60, 'a') + "." + std::string(60, 'b') + "." +
                     std::string(60, 'c') + "." + std::string(60, 'd') + ".example";
  mail.org_name =
      "\xc3\x9c"
      "ber\r\nBcc: victim@example.com";
  const std::string message = compose(mail, std::string(5000, 'x'));
  for (const std::string_view line : base::split(message, '\n')) {
    EXPECT_TRUE(line.empty() || line.back() == '\r') << line;
    EXPECT_LE(line.size(), 999U);
    EXPECT_FALSE(line.starts_with("Bcc")) << "RPT-05";
  }
}

TEST(ReportMailTest, the_same_values_make_the_same_mail) {
  EXPECT_EQ(compose(sample(), "gzip"), compose(sample(), "gzip"));
}

TEST(ReportMailTest, sendmail_gets_the_copy_s_address_in_the_header) {
  ReportMail mail = sample();
  mail.bcc = "postmaster@example.net";
  EXPECT_EQ(value_of(compose(mail, "gzip"), "Bcc"), "postmaster@example.net");
}

}  // namespace
}  // namespace dmarc::aggregate
