#include "sending/verp.h"

#include <gtest/gtest.h>

namespace dmarc::sending {
namespace {

Address address(std::string_view text) {
  return Address::parse(text).value();
}

TEST(VerpTest, what_was_written_can_be_read) {
  const Address bounces = address("dmarc-bounces@example.org");
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
  const Address bounces = address("dmarc-bounces@example.org");
  for (const char* text :
       {"dmarc-bounces@example.org", "dmarc-bounces+x@example.org", "dmarc-bounces+-y@example.org",
        "dmarc-bounces+x-@example.org", "dmarc-bounces+x-y@example.net", "other+x-y@example.org",
        "dmarc-bounces+x=z-y@example.org", "", "x"})
    EXPECT_FALSE(read_verp(bounces, text)) << text;
}

}  // namespace
}  // namespace dmarc::sending
