// Private keys, and signatures made with them.
//
//   auto key = crypto::PrivateKey::parse(pem);
//   if (!key) complain(key.error());
//   const std::string signature = key->sign(data);
//
// Ownership: OpenSSL's key lives as long as the object, which can be moved. Threads: const after
// parsing; sign() from any thread.
#pragma once

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "crypto/key_type.h"

struct evp_pkey_st;

namespace dmarc::crypto {

class PrivateKey {
 public:
  /// A key in PEM form, without a passphrase: nobody is asked for one. The error is one clause.
  static tl::expected<PrivateKey, std::string> parse(const std::string& pem);

  KeyType type() const;
  int bits() const;

  /// RSA: PKCS #1 v1.5 with SHA-256 (RFC 8017 section 8.2 "RSASSA-PKCS1-v1_5"). Ed25519: pure (RFC
  /// 8032 section 5.1 "Ed25519ph, Ed25519ctx, and Ed25519"). Throws std::runtime_error when OpenSSL
  /// refuses.
  std::string sign(std::string_view data) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };

  explicit PrivateKey(evp_pkey_st* key) : key_(key) {}

  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace dmarc::crypto
