#include "crypto/public_key.h"

#include <gtest/gtest.h>

#include <string>

#include "crypto/der.h"
#include "crypto/key.h"

namespace dmarc::crypto {
namespace {

std::string from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string octets;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    octets += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  return octets;
}

/// An element in DER.
std::string element(char tag, const std::string& contents) {
  const auto octet = [](std::size_t n) { return static_cast<char>(n & 0xff); };
  std::string text(1, tag);
  if (contents.size() >= 256)
    text += {'\x82', octet(contents.size() >> 8), octet(contents.size())};
  else if (contents.size() >= 128)
    text += {'\x81', octet(contents.size())};
  else
    text += octet(contents.size());
  return text + contents;
}

std::string number(const std::string& octets) {
  return element(0x02, (octets.front() & 0x80) != 0 ? std::string(1, '\0') + octets : octets);
}

std::string pkcs1(const std::string& modulus, const std::string& exponent) {
  return element(0x30, number(modulus) + number(exponent));
}

std::string info(const std::string& key, bool with_null = true) {
  const std::string oid = from_hex("06092a864886f70d010101");
  return element(0x30, element(0x30, oid + (with_null ? from_hex("0500") : "")) +
                           element(0x03, std::string(1, '\0') + key));
}

/// An odd number of that many bits.
std::string modulus_of(std::size_t bits) {
  std::string octets((bits + 7) / 8, '\x5b');
  octets.front() = static_cast<char>(1U << (bits - 1) % 8);
  return octets;
}

const std::string f4 = from_hex("010001");

KeyError error_of(const std::string& der) {
  const auto key = PublicKey::rsa(der);
  EXPECT_FALSE(key);
  return key ? KeyError::unreadable : key.error();
}

TEST(Der, both_forms_of_an_rsa_key) {
  const std::string key = pkcs1(modulus_of(2048), f4);
  for (const std::string& der : {key, info(key), info(key, false)}) {
    const auto numbers = rsa_numbers(der);
    ASSERT_TRUE(numbers);
    EXPECT_EQ(numbers->modulus, modulus_of(2048));
    EXPECT_EQ(numbers->exponent, f4);
  }
}

TEST(Der, whatever_is_cut_or_has_more_is_none) {
  for (const std::string& der : {pkcs1(modulus_of(1024), f4), info(pkcs1(modulus_of(1024), f4))}) {
    for (std::size_t size = 0; size < der.size(); ++size)
      EXPECT_FALSE(rsa_numbers(der.substr(0, size))) << size;
    EXPECT_FALSE(rsa_numbers(der + '\0'));
  }
}

TEST(Der, what_else_is_none) {
  const std::string key = pkcs1(modulus_of(1024), f4);
  EXPECT_FALSE(rsa_numbers(element(0x31, key)));
  EXPECT_FALSE(rsa_numbers(element(0x30, number(modulus_of(1024)))));
  EXPECT_FALSE(rsa_numbers(element(0x30, number(f4) + number(f4) + number(f4))));
  EXPECT_FALSE(rsa_numbers(element(0x30, element(0x02, modulus_of(1024)) + number(f4))))
      << "negative";
  EXPECT_FALSE(rsa_numbers(element(0x30, element(0x02, from_hex("0000ff")) + number(f4))));
  EXPECT_FALSE(rsa_numbers(element(0x30, element(0x02, "") + number(f4))));
  EXPECT_FALSE(rsa_numbers(from_hex("30800202ffff0000"))) << "a length that is not given";
  EXPECT_FALSE(rsa_numbers(from_hex("3084ffffffff02")));
  // Ed25519 in a SubjectPublicKeyInfo.
  EXPECT_FALSE(rsa_numbers(
      element(0x30, element(0x30, from_hex("06032b6570")) + element(0x03, std::string(33, '\0')))));
}

TEST(PublicKey, sizes) {
  for (const std::size_t bits : {1024, 1025, 2048, 3072, 4096}) {
    const auto key = PublicKey::rsa(pkcs1(modulus_of(bits), f4));
    ASSERT_TRUE(key) << bits;
    EXPECT_EQ(key->bits(), bits);
    EXPECT_EQ(key->signature_size(), (bits + 7) / 8);
    EXPECT_EQ(key->type(), KeyType::rsa);
  }
  for (const std::size_t bits : {512, 768, 1023})
    EXPECT_EQ(error_of(pkcs1(modulus_of(bits), f4)), KeyError::too_short) << bits;
  for (const std::size_t bits : {4097, 8192, 16'384})
    EXPECT_EQ(error_of(pkcs1(modulus_of(bits), f4)), KeyError::too_long) << bits;
}

TEST(PublicKey, exponents_and_moduli) {
  EXPECT_TRUE(PublicKey::rsa(pkcs1(modulus_of(1024), "\x03")));
  EXPECT_TRUE(PublicKey::rsa(pkcs1(modulus_of(1024), from_hex("ffffffff"))));
  for (const char* exponent : {"01", "02", "010000", "0100000001"})
    EXPECT_EQ(error_of(pkcs1(modulus_of(1024), from_hex(exponent))), KeyError::exponent)
        << exponent;
  std::string even = modulus_of(1024);
  even.back() = '\x10';
  EXPECT_EQ(error_of(pkcs1(even, f4)), KeyError::modulus);
}

// RFC 8463 section 3: Ed25519 signs the 32 octets of the digest.
TEST(PublicKey, ed25519) {
  const auto private_key = PrivateKey::parse(
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
      "-----END PRIVATE KEY-----\n");
  const auto key = PublicKey::ed25519(
      from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->signature_size(), 64U);
  Sha256 hash;
  hash.update("text");
  const Digest digest = hash.finish();
  std::string signature = private_key->sign(std::string(octets_of(digest)));
  EXPECT_TRUE(key->verify(digest, signature));
  EXPECT_TRUE(key->verify(digest, signature)) << "again";
  EXPECT_FALSE(key->verify(digest, signature.substr(1)));
  EXPECT_FALSE(key->verify(digest, ""));
  signature[5] ^= 1;
  EXPECT_FALSE(key->verify(digest, signature));
  EXPECT_FALSE(PublicKey::ed25519(std::string(31, 'x')));
  EXPECT_FALSE(PublicKey::ed25519(std::string(44, 'x')));
}

TEST(Sha256, in_pieces_copied_and_restarted) {
  Sha256 hash;
  hash.update("te");
  Sha256 copy(hash);
  hash.update("xt");
  copy.update("nt");
  EXPECT_EQ(octets_of(hash.finish()), sha256("text"));
  EXPECT_EQ(octets_of(copy.finish()), sha256("tent"));
  hash.restart();
  hash.update("x");
  EXPECT_EQ(octets_of(hash.finish()), sha256("x"));
}

}  // namespace
}  // namespace dmarc::crypto
