#include "base/percent.h"

#include <gtest/gtest.h>

namespace dmarc::base {
namespace {

TEST(Percent, octets_are_decoded_and_what_is_none_stays) {
  EXPECT_EQ(percent_decoded("a%2Bb%2b%00"), std::string("a+b+\0", 5));
  for (const char* text : {"", "100%", "%4", "%4x", "%x4", "%%", "% 41"})
    EXPECT_EQ(percent_decoded(text), text);
  EXPECT_EQ(percent_decoded("%%41"), "%A");
}

}  // namespace
}  // namespace dmarc::base
