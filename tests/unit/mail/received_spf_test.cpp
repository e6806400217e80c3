#include "mail/received_spf.h"

#include <gtest/gtest.h>

#include "mail/limits.h"

namespace dmarc::mail {
namespace {

TEST(ReceivedSpf, a_field_of_the_rfc_is_read) {
  const auto spf = parse_received_spf(
      "pass (mybox.example.org: domain of myname@example.com\r\n designates 192.0.2.1 as permitted "
      "sender)\r\n receiver=mybox.example.org; client-ip=192.0.2.1;\r\n "
      "envelope-from=\"myname@example.com\"; helo=foo.example.com;");
  ASSERT_TRUE(spf);
  EXPECT_EQ(spf->result, ResultWord::pass);
  EXPECT_EQ(spf->identity, "");
  EXPECT_EQ(spf->envelope_from, "myname@example.com");
  EXPECT_EQ(spf->helo, "foo.example.com");
  EXPECT_EQ(spf->client_ip, "192.0.2.1");
  EXPECT_EQ(spf->receiver, "mybox.example.org");
}

TEST(ReceivedSpf, a_field_of_a_policy_daemon_is_read) {
  const auto spf = parse_received_spf(
      "Pass (mailfrom) IDENTITY=MailFrom; client-ip=2001:db8::1; helo=h.example; "
      "envelope-from=<a=b@a.example>; receiver=<UNKNOWN>");
  ASSERT_TRUE(spf);
  EXPECT_EQ(spf->result, ResultWord::pass);
  EXPECT_EQ(spf->identity, "mailfrom");
  EXPECT_EQ(spf->envelope_from, "a=b@a.example");
  EXPECT_EQ(spf->client_ip, "2001:db8::1");
}

TEST(ReceivedSpf, a_null_sender_is_empty) {
  const auto spf = parse_received_spf("none identity=helo; helo=h; envelope-from=<>");
  ASSERT_TRUE(spf);
  EXPECT_EQ(spf->identity, "helo");
  EXPECT_EQ(spf->envelope_from, "");
  EXPECT_EQ(parse_received_spf("none envelope-from=\"\"")->envelope_from, "");
}

TEST(ReceivedSpf, the_result_alone_is_enough) {
  EXPECT_EQ(parse_received_spf("softfail")->result, ResultWord::softfail);
  EXPECT_EQ(parse_received_spf(" (x) FAIL (y)")->result, ResultWord::fail);
  EXPECT_EQ(parse_received_spf("neutral;")->result, ResultWord::neutral);
}

TEST(ReceivedSpf, unknown_keys_are_skipped) {
  const auto spf = parse_received_spf("pass x-key=1; mechanism=\"ip4:192.0.2.0/24\"; pr=C; helo=h");
  ASSERT_TRUE(spf);
  EXPECT_EQ(spf->helo, "h");
}

TEST(ReceivedSpf, quoted_text_can_not_add_keys) {
  const auto spf = parse_received_spf(
      R"(fail envelope-from="a\"; identity=mailfrom; x"@attack.com; identity=helo)");
  EXPECT_FALSE(spf) << "text after the closing quote";
  EXPECT_EQ(
      parse_received_spf(R"(fail envelope-from="a; identity=mailfrom"; identity=helo)")->identity,
      "helo");
}

TEST(ReceivedSpf, what_is_broken_gives_nothing) {
  for (const std::string_view value :
       {"", "(comment only)", ";", "pass (open", "pass helo", "pass =x", "pass helo=\"x",
        "pass helo=a b", "pass helo=a identity=mailfrom", "pass\nhelo=a", "pass helo=a\x01",
        "pass,helo=a", "pass helo=a(b)c", "pass helo=a; helo=b", "pass helo=; HELO=b"}) {
    EXPECT_FALSE(parse_received_spf(value)) << value;
  }
}

TEST(ReceivedSpf, limits_hold_and_what_is_at_them_is_read) {
  std::string value = "pass";
  for (std::size_t i = 0; i < max_received_spf_pairs; ++i)
    value += " x=y;";
  EXPECT_TRUE(parse_received_spf(value));
  EXPECT_FALSE(parse_received_spf(value + " x=y"));
  const std::string longest = "pass x=" + std::string(max_received_spf_value - 7, 'y');
  EXPECT_TRUE(parse_received_spf(longest));
  EXPECT_FALSE(parse_received_spf(longest + "y"));
}

}  // namespace
}  // namespace dmarc::mail
