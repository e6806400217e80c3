#include "crypto/random.h"

#include <gtest/gtest.h>

namespace dmarc::crypto {
namespace {

TEST(Random, octets_differ_each_time) {
  EXPECT_EQ(random_octets(32).size(), 32u);
  EXPECT_NE(random_octets(32), random_octets(32));
}

}  // namespace
}  // namespace dmarc::crypto
