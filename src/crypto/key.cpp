#include "crypto/key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdexcept>

#include "crypto/library_context.h"

namespace dmarc::crypto {
namespace {

int no_passphrase(char*, int, int, void*) {
  return 0;
}

}  // namespace

void PrivateKey::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

tl::expected<PrivateKey, std::string> PrivateKey::parse(const std::string& pem) {
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  PrivateKey key(
      PEM_read_bio_PrivateKey_ex(bio, nullptr, no_passphrase, nullptr, library_context(), nullptr));
  BIO_free(bio);
  if (!key.key_)
    return tl::unexpected(std::string("no private key in PEM form without a passphrase"));
  const int type = EVP_PKEY_get_base_id(key.key_.get());
  if (type != EVP_PKEY_RSA && type != EVP_PKEY_ED25519)
    return tl::unexpected(std::string("neither an RSA nor an Ed25519 key"));
  return key;
}

KeyType PrivateKey::type() const {
  return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_ED25519 ? KeyType::ed25519 : KeyType::rsa;
}

int PrivateKey::bits() const {
  return EVP_PKEY_get_bits(key_.get());
}

std::string PrivateKey::sign(std::string_view data) const {
  const char* const digest = type() == KeyType::rsa ? "SHA256" : nullptr;
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::string result(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = result.size();
  const bool is_signed =
      EVP_DigestSignInit_ex(context, nullptr, digest, library_context(), nullptr, key_.get(),
                            nullptr) == 1 &&
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(result.data()), &size,
                     reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1;
  EVP_MD_CTX_free(context);
  if (!is_signed) throw std::runtime_error("OpenSSL can't sign with this key");
  result.resize(size);
  return result;
}

}  // namespace dmarc::crypto
