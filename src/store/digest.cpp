#include "store/digest.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace dmarc::store {

std::string digest(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), octets.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-256");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (unsigned i = 0; i < size; ++i) {
    result += digits[octets[i] >> 4];
    result += digits[octets[i] & 15];
  }
  return result;
}

}  // namespace dmarc::store
