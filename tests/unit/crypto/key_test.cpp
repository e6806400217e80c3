#include "crypto/key.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace dmarc::crypto {
namespace {

// The secret key of RFC 8032 section 7.1 "Test Vectors for Ed25519", test 2, as PKCS #8.
constexpr const char* ed25519 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";

TEST(PrivateKey, signs_the_test_of_rfc_8032) {
  const auto key = PrivateKey::parse(ed25519);
  ASSERT_TRUE(key) << key.error();
  EXPECT_EQ(key->type(), KeyType::ed25519);
  EXPECT_EQ(hex(key->sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(PrivateKey, what_is_not_a_key_is_an_error) {
  for (const char* text : {"", "no key", "-----BEGIN PRIVATE KEY-----\nMC4C\n"}) {
    const auto key = PrivateKey::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error(), "no private key in PEM form without a passphrase");
  }
}

}  // namespace
}  // namespace dmarc::crypto
