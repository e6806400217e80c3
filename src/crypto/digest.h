// Digests and message authentication codes.
//
//   crypto::hex(crypto::sha256("text"))   // 64 lower-case hexadecimal digits
//   crypto::hmac_sha256(key, "text")      // 32 octets
//
// This folder is the only one that includes OpenSSL; its interface has octets in strings, and none
// of OpenSSL's types.
//
// Threads: pure functions.
// Errors: std::runtime_error when OpenSSL has no SHA-256, which a broken installation alone makes
// it say.
#pragma once

#include <string>
#include <string_view>

namespace dmarc::crypto {

/// FIPS 180-4; 32 octets.
std::string sha256(std::string_view octets);

/// RFC 2104 "HMAC: Keyed-Hashing for Message Authentication"; 32 octets.
std::string hmac_sha256(std::string_view key, std::string_view octets);

/// Two lower-case digits for each octet.
std::string hex(std::string_view octets);

}  // namespace dmarc::crypto
