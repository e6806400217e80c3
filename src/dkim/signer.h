// DKIM signatures for report mail (RFC 6376; RFC 8463 for Ed25519).
//
//   auto signer = Signer::load({.file = "/etc/opendmarc/key", .selector = "s"}, domain);
//   message = signer->sign(message, now) + message;
//
// The DMARC policy of the From domain must let reports pass (RFC 9990 section 3.5.1); where the MTA
// signs, this is not needed. Both canonicalizations are relaxed. Every field that is there is
// signed; From, To, Subject and the like once more than they appear, so that none can be added.
//
// Ownership: copies share the key. Threads: const after loading.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <dmarc/domain_name.h>

namespace dmarc::crypto {
class PrivateKey;
}

namespace dmarc::dkim {

/// The key that report mail is signed with.
struct SigningKey {
  std::string file;
  std::string selector;
  std::string domain = {};  ///< empty: that of the From address
};

/// RSA keys below this are refused by verifiers (RFC 8301 section 3.2 "Key Sizes").
inline constexpr int min_rsa_bits = 1024;

class Signer {
 public:
  /// `from` is the domain of reports, for a key without a domain of its own. The error is one line
  /// that names the file.
  static tl::expected<Signer, std::string> load(const SigningKey& key, const dns::Name& from);

  /// The DKIM-Signature field to be put in front of the message, with its CRLF. `message` has lines
  /// that end with CRLF.
  std::string sign(std::string_view message, std::int64_t now) const;

 private:
  Signer(crypto::PrivateKey key, std::string domain, std::string selector);

  std::shared_ptr<const crypto::PrivateKey> key_;
  std::string domain_;
  std::string selector_;
};

}  // namespace dmarc::dkim
