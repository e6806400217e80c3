#include "crypto/digest.h"

#include <openssl/evp.h>

#include <stdexcept>

#include "crypto/library_context.h"

namespace dmarc::crypto {
namespace {

[[noreturn]] void no_digest() {
  throw std::runtime_error("OpenSSL can't compute SHA-256");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  restart();
}

Sha256::Sha256(const Sha256& other) : context_(EVP_MD_CTX_new()) {
  if (!context_ || EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) != 1) no_digest();
}

void Sha256::restart() {
  if (!context_ || EVP_DigestInit_ex2(context_.get(), sha256_algorithm(), nullptr) != 1)
    no_digest();
}

void Sha256::update(std::string_view octets) {
  if (EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) != 1) no_digest();
}

Digest Sha256::finish() {
  Digest digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size) !=
          1 ||
      size != digest.size())
    no_digest();
  return digest;
}

std::string sha256(std::string_view octets) {
  Sha256 hash;
  hash.update(octets);
  return std::string(octets_of(hash.finish()));
}

std::string hmac_sha256(std::string_view key, std::string_view octets) {
  Digest result{};
  std::size_t size = 0;
  if (EVP_Q_mac(library_context(), "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                reinterpret_cast<const unsigned char*>(octets.data()), octets.size(),
                reinterpret_cast<unsigned char*>(result.data()), result.size(), &size) == nullptr)
    throw std::runtime_error("OpenSSL has no HMAC-SHA256");
  return {result.data(), size};
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
