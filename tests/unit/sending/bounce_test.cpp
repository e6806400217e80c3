#include "sending/bounce.h"

#include <gtest/gtest.h>

namespace dmarc::sending {
namespace {

MailAddress address(std::string_view text) {
  return MailAddress::parse(text).value();
}

TEST(VerpTest, what_was_written_can_be_read) {
  const MailAddress bounces = address("dmarc-bounces@example.org");
  const VerpTag tag{"3f2a91", destination_tag("mailto:a@example.net")};
  const std::string text = verp_address(bounces, tag);
  EXPECT_EQ(text, "dmarc-bounces+3f2a91-" + tag.destination + "@example.org");
  EXPECT_EQ(read_verp(bounces, text), tag);
  EXPECT_EQ(read_verp(bounces, "DMARC-Bounces+3F2A91-" + tag.destination + "@Example.ORG"), tag);
}

TEST(VerpTest, destinations_differ) {
  EXPECT_EQ(destination_tag("mailto:a@example.net").size(), 8U);
  EXPECT_NE(destination_tag("mailto:a@example.net"), destination_tag("mailto:b@example.net"));
}

TEST(VerpTest, other_addresses_are_none) {
  const MailAddress bounces = address("dmarc-bounces@example.org");
  for (const char* text :
       {"dmarc-bounces@example.org", "dmarc-bounces+x@example.org", "dmarc-bounces+-y@example.org",
        "dmarc-bounces+x-@example.org", "dmarc-bounces+x-y@example.net", "other+x-y@example.org",
        "dmarc-bounces+x=z-y@example.org", "", "x"})
    EXPECT_FALSE(read_verp(bounces, text)) << text;
}

}  // namespace

namespace {

/// As Postfix writes it, shortened.
std::string postfix_bounce(const std::string& status, const std::string& action = "failed") {
  return "Return-Path: <>\r\n"
         "Delivered-To: dmarc-bounces+3f2a91-5be0c2d1@example.org\r\n"
         "From: MAILER-DAEMON@example.net (Mail Delivery System)\r\n"
         "To: dmarc-bounces+3f2a91-5be0c2d1@example.org\r\n"
         "Auto-Submitted: auto-replied\r\n"
         "Content-Type: multipart/report; report-type=delivery-status;\r\n"
         "\tboundary=\"4711.1790/mx.example.net\"\r\n"
         "\r\n"
         "This is a MIME-encapsulated message.\r\n"
         "\r\n"
         "--4711.1790/mx.example.net\r\n"
         "Content-Type: text/plain; charset=us-ascii\r\n"
         "\r\n"
         "<reports@example.net>: host refused\r\n"
         "Action: failed\r\n"
         "\r\n"
         "--4711.1790/mx.example.net\r\n"
         "Content-Description: Delivery report\r\n"
         "Content-Type: message/delivery-status\r\n"
         "\r\n"
         "Reporting-MTA: dns; mx.example.net\r\n"
         "X-Postfix-Queue-ID: 4711\r\n"
         "\r\n"
         "Final-Recipient: rfc822; reports@example.net\r\n"
         "Action: " +
         action +
         "\r\n"
         "Status: " +
         status +
         "\r\n"
         "Diagnostic-Code: smtp; 550 5.1.1 <reports@example.net>:\r\n"
         "    no such user\r\n"
         "\r\n"
         "--4711.1790/mx.example.net\r\n"
         "Content-Type: text/rfc822-headers\r\n"
         "\r\n"
         "Action: failed\r\n"
         "\r\n"
         "--4711.1790/mx.example.net--\r\n";
}

TEST(BounceTest, a_bounce_of_postfix) {
  const Bounce bounce = read_bounce(postfix_bounce("5.1.1"));
  EXPECT_EQ(bounce.delivered_to,
            (std::vector<std::string>{"dmarc-bounces+3f2a91-5be0c2d1@example.org",
                                      "dmarc-bounces+3f2a91-5be0c2d1@example.org"}));
  ASSERT_EQ(bounce.recipients.size(), 1U);
  EXPECT_EQ(bounce.recipients[0].action, "failed");
  EXPECT_EQ(bounce.recipients[0].status, "5.1.1");
  EXPECT_EQ(bounce.recipients[0].diagnostic, "550 5.1.1 <reports@example.net>:    no such user");
  EXPECT_TRUE(bounce.decisive()->is_hard());
}

TEST(BounceTest, line_feeds_alone_will_do) {
  std::string text = postfix_bounce("5.1.1");
  std::erase(text, '\r');
  EXPECT_EQ(read_bounce(text).recipients.size(), 1U);
}

TEST(BounceTest, only_failures_for_good_are_hard) {
  const auto is_hard = [](const std::string& status, const std::string& action) {
    return read_bounce(postfix_bounce(status, action)).decisive()->is_hard();
  };
  EXPECT_TRUE(is_hard("5.0.0", "failed"));
  EXPECT_TRUE(is_hard("5.1.1 (no such user)", "Failed"));
  EXPECT_FALSE(is_hard("5.7.1", "failed")) << "a rule of the receiver";
  EXPECT_FALSE(is_hard("5.7.26", "failed"));
  EXPECT_FALSE(is_hard("4.4.1", "failed"));
  EXPECT_FALSE(is_hard("5.1.1", "delayed"));
  EXPECT_FALSE(is_hard("5.2.2", "failed")) << "the mailbox is full";
  EXPECT_FALSE(is_hard("5.3.4", "failed")) << "the message is too large";
  EXPECT_FALSE(is_hard("5", "failed"));
  EXPECT_FALSE(is_hard("none", "failed"));
}

TEST(BounceTest, other_mail_has_no_recipients) {
  for (const char* text :
       {"", "To: a@example.org\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        "Content-Type: multipart/report\r\n\r\n--\r\nAction: failed\r\n",
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n"
        "Action: failed\r\n--x--\r\n"}) {
    const Bounce bounce = read_bounce(text);
    EXPECT_TRUE(bounce.recipients.empty()) << text;
    EXPECT_EQ(bounce.decisive(), nullptr);
  }
}

TEST(BounceTest, there_is_an_end_to_parts_and_recipients) {
  std::string groups;
  for (std::size_t i = 0; i < 2 * max_bounced_recipients; ++i)
    groups += "Action: failed\r\nStatus: 4.0.0\r\n\r\n";
  std::string text = "Content-Type: multipart/report; boundary=x\r\n\r\n";
  for (std::size_t i = 0; i < 2 * max_bounce_parts; ++i)
    text += "--x\r\nContent-Type: message/delivery-status\r\n\r\n" + groups;
  EXPECT_EQ(read_bounce(text + "--x--\r\n").recipients.size(), max_bounced_recipients);
}

TEST(BounceTest, what_the_server_said_is_printable) {
  const std::string text = postfix_bounce("5.1.1");
  const std::size_t at = text.find("550 5.1.1");
  const Bounce bounce = read_bounce(text.substr(0, at) + "\x1b[31m\xff" + text.substr(at));
  ASSERT_EQ(bounce.recipients.size(), 1U);
  EXPECT_EQ(bounce.recipients[0].diagnostic.find('\x1b'), std::string::npos);
}

}  // namespace

}  // namespace dmarc::sending
