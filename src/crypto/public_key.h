// Public keys, and whether a signature was made with the private one.
//
//   const auto key = crypto::PublicKey::rsa(der);       // or ::ed25519(octets)
//   if (!key) ... key.error()
//   key->verify(digest, signature)
//
// A parsed key is costly to make and cheap to use: keep it (dkim/key_cache.h).
//
// Ownership: copies share OpenSSL's key. Threads: const after parsing; verify() from any thread.
#pragma once

#include <tl/expected.hpp>

#include <memory>
#include <string_view>

#include "crypto/digest.h"
#include "crypto/key_type.h"

namespace dmarc::crypto {

/// Bits of an RSA modulus that are computed with. RFC 8301 section 3.2 "Key Sizes": below 1024 is
/// never valid, up to 4096 must be supported; the cost of more would be the sender's to choose.
inline constexpr unsigned min_rsa_bits = 1024;
inline constexpr unsigned max_rsa_bits = 4096;

enum class KeyError {
  unreadable,  ///< not an RSA key in DER, or not 32 octets for Ed25519
  exponent,    ///< even, below 3 or above 2^32
  modulus,     ///< even
  too_short,   ///< an RSA modulus below min_rsa_bits
  too_long,    ///< an RSA modulus above max_rsa_bits
};

class PublicKey {
 public:
  /// A SubjectPublicKeyInfo or an RSAPublicKey: RFC 6376 section 3.6.1 names the one and gives an
  /// example of the other, and both are published.
  static tl::expected<PublicKey, KeyError> rsa(std::string_view der);

  /// The 32 octets of RFC 8032 section 5.1.5 "Key Generation".
  static tl::expected<PublicKey, KeyError> ed25519(std::string_view octets);

  KeyType type() const;
  unsigned bits() const;

  /// Octets that every signature with this key has.
  std::size_t signature_size() const;

  /// RSA: `digest` was signed by PKCS #1 v1.5 as a SHA-256 digest (RFC 8017 section 8.2
  /// "RSASSA-PKCS1-v1_5"). Ed25519: its 32 octets were, by pure Ed25519 (RFC 8463 section 3
  /// "Ed25519-SHA256 Signing Algorithm").
  bool verify(const Digest& digest, std::string_view signature) const;

 private:
  struct Key;
  explicit PublicKey(std::shared_ptr<Key> key) : key_(std::move(key)) {}

  std::shared_ptr<Key> key_;
};

}  // namespace dmarc::crypto
