#include "base/encoding.h"

#include <gtest/gtest.h>

namespace dmarc::base {
namespace {

// RFC 4648 section 10 "Test Vectors".
TEST(Base64Test, the_vectors_of_the_rfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfb"), "//77");
}

TEST(Base64Test, lines_have_76_characters_and_the_size_foretold) {
  for (const std::size_t octets : {0U, 1U, 56U, 57U, 58U, 114U, 1000U}) {
    std::string text = "before";
    append_base64_lines(text, std::string(octets, 'a'));
    EXPECT_EQ(text.size(), 6 + base64_lines_size(octets)) << octets;
    for (std::size_t begin = 6; begin < text.size();) {
      const std::size_t end = text.find("\r\n", begin);
      ASSERT_NE(end, std::string::npos);
      EXPECT_LE(end - begin, 76U);
      EXPECT_TRUE(end - begin == 76U || end + 2 == text.size());
      begin = end + 2;
    }
  }
}

TEST(Percent, octets_are_decoded_and_what_is_none_stays) {
  EXPECT_EQ(percent_decoded("a%2Bb%2b%00"), std::string("a+b+\0", 5));
  for (const char* text : {"", "100%", "%4", "%4x", "%x4", "%%", "% 41"})
    EXPECT_EQ(percent_decoded(text), text);
  EXPECT_EQ(percent_decoded("%%41"), "%A");
}

}  // namespace
}  // namespace dmarc::base
