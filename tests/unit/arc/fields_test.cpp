#include "arc/fields.h"

#include <gtest/gtest.h>

#include "mail/limits.h"

namespace dmarc::arc {
namespace {

TEST(ArcSeal, who_sealed) {
  const auto seal = parse_arc_seal(
      " i=2; a=rsa-sha256; t=12345; cv=pass;\r\n d=Lists.example; s=arc1;\r\n b=Zm9v\r\n YmFy");
  ASSERT_TRUE(seal);
  EXPECT_EQ(seal->instance, 2U);
  EXPECT_EQ(seal->domain.text(), "lists.example");
  EXPECT_EQ(seal->selector, "arc1");
}

// ARC-01, ARC-02 and ARC-03, as far as the fields go.
TEST(ArcSeal, what_is_none) {
  for (const char* value :
       {"", "i=1; d=a.example", "i=1; s=x", "d=a.example; s=x", "i=0; d=a.example; s=x",
        "i=51; d=a.example; s=x", "i=+1; d=a.example; s=x", "i=1; i=2; d=a.example; s=x",
        "i=1; d=a.example; D=b.example; s=x", "i=1; d=a example; s=x", "i=1; d=a..example; s=x",
        "i=1; d=a.example; s=x; nonsense", "i=1; a; t", "i=01x; d=a.example; s=x",
        "i=1; d=a.example; s=x\nBcc: me"})
    EXPECT_FALSE(parse_arc_seal(value)) << value;
  EXPECT_TRUE(parse_arc_seal("i=50; d=a.example; s=x;"));
}

// ARC-02
TEST(ArcSeal, is_read_up_to_the_limit) {
  const std::string seal = "i=1; d=a.example; s=x; b=";
  EXPECT_TRUE(parse_arc_seal(seal + std::string(700, 'A')));
  EXPECT_TRUE(parse_arc_seal(seal + std::string(mail::max_arc_value - seal.size(), 'A')));
  EXPECT_FALSE(parse_arc_seal(seal + std::string(mail::max_arc_value - seal.size() + 1, 'A')));
}

// ARC-03
TEST(ArcAuthResults, are_read_up_to_the_limits) {
  EXPECT_TRUE(parse_arc_auth_results("i=50; x; none"));
  EXPECT_FALSE(parse_arc_auth_results("i=51; x; none"));
  EXPECT_FALSE(parse_arc_auth_results("i=0; x; none"));
  const std::string results = "i=1; x; arc=pass reason=";
  EXPECT_TRUE(
      parse_arc_auth_results(results + std::string(mail::max_arc_value - results.size(), 'r')));
  EXPECT_FALSE(
      parse_arc_auth_results(results + std::string(mail::max_arc_value - results.size() + 1, 'r')));
}

TEST(ArcAuthResults, the_client_that_the_sealer_saw) {
  const auto read = parse_arc_auth_results(
      "i=1; lists.example; spf=pass smtp.mailfrom=a.example;\r\n"
      " arc=none smtp.remote-ip=192.0.2.1");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->instance, 1U);
  EXPECT_EQ(read->client_ip, "192.0.2.1");
  EXPECT_EQ(parse_arc_auth_results("i=3; x; arc=pass smtp.client-ip=2001:db8::1")->client_ip,
            "2001:db8::1");
}

TEST(ArcAuthResults, nothing_where_several_clients_are_named) {
  const char* two_properties = "i=1; x; arc=pass smtp.remote-ip=192.0.2.1 smtp.client-ip=192.0.2.2";
  const char* two_results =
      "i=1; x; arc=pass smtp.remote-ip=192.0.2.1; arc=pass smtp.remote-ip=192.0.2.2";
  EXPECT_EQ(parse_arc_auth_results(two_properties)->client_ip, "");
  EXPECT_EQ(parse_arc_auth_results(two_results)->client_ip, "");
  EXPECT_EQ(parse_arc_auth_results("i=1; x; none")->client_ip, "");
}

TEST(ArcAuthResults, what_is_none) {
  for (const char* value : {"", "i=1", "x; arc=pass", "i=1 2; x; arc=pass", "i=100; x; none",
                            "j=1; x; none", "i=1; arc=pass", "i=1; x; arc"})
    EXPECT_FALSE(parse_arc_auth_results(value)) << value;
}

}  // namespace
}  // namespace dmarc::arc
