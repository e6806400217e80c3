#include "dkim/canonicalization.h"

#include <gtest/gtest.h>

namespace dmarc::dkim {
namespace {

// RFC 6376 section 3.4.5 "Canonicalization Examples (INFORMATIVE)".
TEST(DkimCanonicalTest, the_examples_of_the_rfc) {
  EXPECT_EQ(relaxed_field("A", " X"), "a:X");
  EXPECT_EQ(relaxed_field("B ", " Y\t\r\n\tZ  "), "b:Y Z");
  EXPECT_EQ(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
}

TEST(DkimCanonicalTest, an_empty_body_stays_empty) {
  EXPECT_EQ(relaxed_body(""), "");
  EXPECT_EQ(relaxed_body("\r\n \r\n"), "");
  EXPECT_EQ(relaxed_body("a"), "a\r\n");
}

}  // namespace
}  // namespace dmarc::dkim
