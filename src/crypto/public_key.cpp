#include "crypto/public_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "crypto/der.h"
#include "crypto/library_context.h"

namespace dmarc::crypto {
namespace {

constexpr std::size_t ed25519_key_size = 32;
constexpr std::size_t ed25519_signature_size = 64;

template <auto free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// OSSL_PARAM takes unsigned numbers in the machine's order.
std::string native_order(std::string_view number) {
  std::string text(number);
  if constexpr (std::endian::native == std::endian::little) std::reverse(text.begin(), text.end());
  return text;
}

Pkey rsa_key(const RsaNumbers& numbers) {
  std::string modulus = native_order(numbers.modulus);
  std::string exponent = native_order(numbers.exponent);
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N,
                              reinterpret_cast<unsigned char*>(modulus.data()), modulus.size()),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E,
                              reinterpret_cast<unsigned char*>(exponent.data()), exponent.size()),
      OSSL_PARAM_construct_end()};
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(library_context(), "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY,
                        const_cast<OSSL_PARAM*>(parameters.data())) != 1)
    return nullptr;
  return Pkey(key);
}

/// Ready to verify PKCS #1 v1.5 signatures of SHA-256 digests.
PkeyContext rsa_context(EVP_PKEY* key) {
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(library_context(), key, nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), sha256_algorithm()) != 1)
    throw std::runtime_error("OpenSSL can't verify RSA signatures");
  return context;
}

bool verifies(EVP_PKEY_CTX* context, const Digest& digest, std::string_view signature) {
  return EVP_PKEY_verify(context, octets(signature), signature.size(), octets(octets_of(digest)),
                         digest.size()) == 1;
}

bool ed25519_verifies(EVP_PKEY* key, const Digest& digest, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  return context &&
         EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, library_context(), nullptr, key,
                                 nullptr) == 1 &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                          octets(octets_of(digest)), digest.size()) == 1;
}

unsigned bits_of(std::string_view number) {
  return static_cast<unsigned>((number.size() - 1) * 8) +
         static_cast<unsigned>(std::bit_width(static_cast<unsigned char>(number.front())));
}

bool is_odd(std::string_view number) {
  return (number.back() & 1) != 0;
}

/// What the numbers themselves say against the key: with exponent 1 anybody can sign.
std::optional<KeyError> problem_of(const RsaNumbers& numbers) {
  if (bits_of(numbers.modulus) < min_rsa_bits) return KeyError::too_short;
  if (bits_of(numbers.modulus) > max_rsa_bits) return KeyError::too_long;
  if (!is_odd(numbers.modulus)) return KeyError::modulus;
  if (!is_odd(numbers.exponent) || numbers.exponent == "\x01" || bits_of(numbers.exponent) > 32)
    return KeyError::exponent;
  return {};
}

}  // namespace

struct PublicKey::Key {
  Key(KeyType its_type, unsigned its_bits, Pkey its_key)
      : type(its_type), bits(its_bits), key(its_key.release()) {}

  ~Key() {
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  const KeyType type;
  const unsigned bits;
  EVP_PKEY* const key;

  /// Saves a fifth of each verification; whoever finds it in use makes one for himself.
  std::mutex mutex;
  EVP_PKEY_CTX* context = nullptr;
};

tl::expected<PublicKey, KeyError> PublicKey::rsa(std::string_view der) {
  const auto numbers = rsa_numbers(der);
  if (!numbers) return tl::unexpected(KeyError::unreadable);
  if (const auto problem = problem_of(*numbers)) return tl::unexpected(*problem);
  Pkey key = rsa_key(*numbers);
  if (!key) return tl::unexpected(KeyError::unreadable);
  return PublicKey(std::make_shared<Key>(KeyType::rsa, bits_of(numbers->modulus), std::move(key)));
}

tl::expected<PublicKey, KeyError> PublicKey::ed25519(std::string_view raw) {
  if (raw.size() != ed25519_key_size) return tl::unexpected(KeyError::unreadable);
  Pkey key(EVP_PKEY_new_raw_public_key_ex(library_context(), "ED25519", nullptr, octets(raw),
                                          raw.size()));
  if (!key) return tl::unexpected(KeyError::unreadable);
  return PublicKey(std::make_shared<Key>(KeyType::ed25519, 256, std::move(key)));
}

KeyType PublicKey::type() const {
  return key_->type;
}

unsigned PublicKey::bits() const {
  return key_->bits;
}

std::size_t PublicKey::signature_size() const {
  return type() == KeyType::rsa ? (bits() + 7) / 8 : ed25519_signature_size;
}

bool PublicKey::verify(const Digest& digest, std::string_view signature) const {
  if (signature.size() != signature_size()) return false;
  if (type() == KeyType::ed25519) return ed25519_verifies(key_->key, digest, signature);
  const std::unique_lock lock(key_->mutex, std::try_to_lock);
  if (!lock) return verifies(rsa_context(key_->key).get(), digest, signature);
  if (key_->context == nullptr) key_->context = rsa_context(key_->key).release();
  return verifies(key_->context, digest, signature);
}

}  // namespace dmarc::crypto
