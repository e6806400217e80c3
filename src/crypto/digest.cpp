#include "crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace dmarc::crypto {
namespace {

using Octets = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string text_of(const Octets& octets, unsigned size) {
  return {reinterpret_cast<const char*>(octets.data()), size};
}

}  // namespace

std::string sha256(std::string_view octets) {
  Octets result{};
  unsigned size = 0;
  if (EVP_Digest(octets.data(), octets.size(), result.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-256");
  return text_of(result, size);
}

std::string hmac_sha256(std::string_view key, std::string_view octets) {
  Octets result{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), result.data(),
           &size) == nullptr)
    throw std::runtime_error("OpenSSL has no HMAC-SHA256");
  return text_of(result, size);
}

std::string hex(std::string_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

}  // namespace dmarc::crypto
