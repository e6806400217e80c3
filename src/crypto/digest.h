// Digests and message authentication codes.
//
//   crypto::hex(crypto::sha256("text"))   // 64 lower-case hexadecimal digits
//   crypto::hmac_sha256(key, "text")      // 32 octets
//
//   crypto::Sha256 hash;                  // of octets that come in pieces
//   hash.update("te");
//   hash.update("xt");
//   const crypto::Digest digest = hash.finish();
//
// This folder is the only one that includes OpenSSL; its interface has octets in strings, and none
// of OpenSSL's types.
//
// Threads: pure functions; a Sha256 belongs to one thread at a time.
// Errors: std::runtime_error when OpenSSL has no SHA-256, which a broken installation alone makes
// it say.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace dmarc::crypto {

/// What SHA-256 makes of octets (FIPS 180-4).
using Digest = std::array<char, 32>;

inline std::string_view octets_of(const Digest& digest) {
  return {digest.data(), digest.size()};
}

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept = default;
  Sha256& operator=(Sha256&&) noexcept = default;

  /// A copy goes on from here; the octets so far are not hashed again.
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256() = default;

  void update(std::string_view octets);

  /// Once; afterwards the object can only be destroyed or restarted.
  Digest finish();

  /// Begins anew.
  void restart();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// FIPS 180-4; 32 octets.
std::string sha256(std::string_view octets);

/// RFC 2104 "HMAC: Keyed-Hashing for Message Authentication"; 32 octets.
std::string hmac_sha256(std::string_view key, std::string_view octets);

/// Two lower-case digits for each octet.
std::string hex(std::string_view octets);

}  // namespace dmarc::crypto
