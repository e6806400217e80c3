#include "crypto/library_context.h"

#include <openssl/evp.h>
#include <openssl/provider.h>

#include <stdexcept>

namespace dmarc::crypto {
namespace {

struct Library {
  Library() {
    if (context == nullptr || OSSL_PROVIDER_load(context, "default") == nullptr)
      throw std::runtime_error("OpenSSL has no default provider");
    sha256 = EVP_MD_fetch(context, "SHA256", nullptr);
    if (sha256 == nullptr) throw std::runtime_error("OpenSSL has no SHA-256");
  }

  OSSL_LIB_CTX* context = OSSL_LIB_CTX_new();
  EVP_MD* sha256 = nullptr;
};

// Never freed: threads may use it until the process ends.
const Library& library() {
  static const Library* const the_library = new Library;
  return *the_library;
}

}  // namespace

void prepare() {
  library();
}

ossl_lib_ctx_st* library_context() {
  return library().context;
}

const evp_md_st* sha256_algorithm() {
  return library().sha256;
}

}  // namespace dmarc::crypto
