#include "base/public_address.h"

#include <gtest/gtest.h>

namespace dmarc::base {
namespace {

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
