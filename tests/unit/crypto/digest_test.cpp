#include "crypto/digest.h"

#include <gtest/gtest.h>

namespace dmarc::crypto {
namespace {

TEST(Digest, sha256_of_the_examples_in_fips_180) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4231 section 4.3 "Test Case 2".
TEST(Digest, hmac_of_the_example_in_rfc_4231) {
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, hexadecimal_digits_of_octets_beyond_ascii) {
  EXPECT_EQ(hex(std::string("\x00\x7f\xff", 3)), "007fff");
}

}  // namespace
}  // namespace dmarc::crypto
