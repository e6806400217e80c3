// OpenSSL's state that belongs to this program alone: the default provider and no configuration
// file, so that no setting of the host changes what verifies.
//
//   crypto::prepare();   // before the process is confined: the provider is loaded
//
// Whatever else is in crypto/ prepares by itself when it is first used.
//
// Threads: any. Errors: std::runtime_error when OpenSSL has no default provider, which a broken
// installation alone makes it say.
#pragma once

struct ossl_lib_ctx_st;
struct evp_md_st;

namespace dmarc::crypto {

/// Loads what would otherwise be loaded at the first digest or signature.
void prepare();

/// For this folder.
ossl_lib_ctx_st* library_context();
const evp_md_st* sha256_algorithm();

}  // namespace dmarc::crypto
