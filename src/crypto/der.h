// RSA public keys in DER, read by hand: OpenSSL's reader takes seven times as long as verifying a
// signature, and accepts much that is no RSA key.
//
//   const auto numbers = crypto::rsa_numbers(octets);
//   if (numbers) ... numbers->modulus, numbers->exponent
//
// Threads: pure functions. The views are into the text given.
#pragma once

#include <optional>
#include <string_view>

namespace dmarc::crypto {

/// Unsigned, in network order, without leading zeros; neither is empty.
struct RsaNumbers {
  std::string_view modulus;
  std::string_view exponent;
};

/// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1 "Basic Certificate Fields") with the
/// algorithm rsaEncryption, or the RSAPublicKey in it by itself (RFC 8017 appendix A.1.1 "RSA
/// Public Key Syntax"). Nothing for anything else: other algorithms, negative numbers, lengths not
/// in their shortest form, octets left over.
std::optional<RsaNumbers> rsa_numbers(std::string_view der);

}  // namespace dmarc::crypto
