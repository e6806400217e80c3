#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>

#include <dmarc/ip_address.h>

namespace dmarc::base {
namespace {

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value();
}

TEST(IpAddress, reads_and_writes_canonical_text) {
  EXPECT_EQ(address("192.0.2.1").text(), "192.0.2.1");
  EXPECT_EQ(address("2001:DB8:0:0::1").text(), "2001:db8::1");
  EXPECT_FALSE(IpAddress::parse("192.0.2"));
  EXPECT_FALSE(IpAddress::parse("192.0.2.256"));
  EXPECT_FALSE(IpAddress::parse("fe80::1%eth0"));
  EXPECT_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0x", 11)));
  EXPECT_FALSE(IpAddress::parse(""));
}

TEST(IpAddress, reads_ipv4_as_the_system_does) {
  for (const std::string text :
       {"0.0.0.0",  "255.255.255.255", "1.2.3.4",   "10.20.30.40", "256.1.1.1", "1.2.3.256",
        "01.2.3.4", "00.0.0.0",        "1.2.3.04",  "1000.1.1.1",  "1.2.3.4.",  ".1.2.3.4",
        "1..2.3",   "1.2.3",           "1.2.3.4.5", "1.2.3.4 ",    " 1.2.3.4",  "1.2.3.x",
        "1,2.3.4",  "+1.2.3.4",        "0x1.2.3.4"}) {
    in_addr address{};
    const bool expected = ::inet_pton(AF_INET, text.c_str(), &address) == 1;
    const auto read = IpAddress::parse(text);
    ASSERT_EQ(read.has_value(), expected) << text;
    if (expected) {
      EXPECT_EQ(read->text(), text);
    }
  }
}

TEST(IpAddress, comes_from_4_or_16_octets) {
  EXPECT_EQ(IpAddress::from_octets(std::string_view("\xC0\x00\x02\x01", 4))->text(), "192.0.2.1");
  EXPECT_FALSE(IpAddress::from_octets("12345"));
}

TEST(IpAddress, unmaps_ipv4_in_ipv6) {
  EXPECT_EQ(address("::ffff:192.0.2.1").unmapped(), address("192.0.2.1"));
  EXPECT_EQ(address("2001:db8::1").unmapped(), address("2001:db8::1"));
}

TEST(IpAddress, knows_loopback) {
  EXPECT_TRUE(address("127.0.0.9").is_loopback());
  EXPECT_TRUE(address("::1").is_loopback());
  EXPECT_TRUE(address("::ffff:127.0.0.1").is_loopback());
  EXPECT_FALSE(address("::2").is_loopback());
}

TEST(IpAddress, compares_networks_by_bits) {
  EXPECT_TRUE(address("192.0.2.200").in_network(address("192.0.2.128"), 25));
  EXPECT_FALSE(address("192.0.2.100").in_network(address("192.0.2.128"), 25));
  EXPECT_TRUE(address("10.1.1.1").in_network(address("192.0.2.1"), 0));
  EXPECT_FALSE(address("192.0.2.1").in_network(address("::"), 0));
  EXPECT_FALSE(address("192.0.2.1").in_network(address("192.0.2.1"), 33));
  EXPECT_TRUE(address("2001:db8:ffff::").in_network(address("2001:db8::"), 32));
}

bool is_public_text(const char* text) {
  const auto address = IpAddress::parse(text);
  EXPECT_TRUE(address) << text;
  return address && is_public(*address);
}

// RPT-07: what https reports may not be sent to.
TEST(PublicAddressTest, what_is_private_or_reserved_is_not_public) {
  for (const char* text : {"0.0.0.0",       "10.1.2.3",        "100.64.0.1",
                           "127.0.0.1",     "169.254.169.254", "172.31.255.255",
                           "192.0.2.1",     "192.168.1.1",     "198.19.0.1",
                           "224.0.0.1",     "255.255.255.255", "::",
                           "::1",           "fe80::1",         "fc00::1",
                           "fd12::1",       "ff02::1",         "2001:db8::1",
                           "2001::1",       "::ffff:10.0.0.1", "64:ff9b::10.0.0.1",
                           "2002:7f00:1::", "::127.0.0.1"})
    EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(PublicAddressTest, the_rest_is) {
  for (const char* text : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "193.0.0.1", "2001:4860::8888",
                           "2a00::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"})
    EXPECT_TRUE(is_public_text(text)) << text;
}

}  // namespace
}  // namespace dmarc::base
