#include "base/decimal.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace dmarc::base {
namespace {

TEST(Decimal, reads_digits_within_the_range_of_the_type) {
  EXPECT_EQ(parse_decimal<std::uint16_t>("0"), 0);
  EXPECT_EQ(parse_decimal<std::uint16_t>("065535"), 65535);
  EXPECT_EQ(parse_decimal<std::uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(parse_decimal<std::uint32_t>("65536"), 65536U);
}

TEST(Decimal, refuses_everything_else) {
  for (const std::string_view text : {"", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.0"})
    EXPECT_EQ(parse_decimal<unsigned>(text), std::nullopt) << text;
}

}  // namespace
}  // namespace dmarc::base
