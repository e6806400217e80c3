// DKIM signatures for report mail (RFC 6376; RFC 8463 for Ed25519).
//
//   auto signer = DkimSigner::load({.file = "/etc/opendmarc/key", .selector = "s"}, domain);
//   message = signer->sign(message, now) + message;
//
// The DMARC policy of the From domain must let reports pass (RFC 9990 section 3.5.1); where the MTA
// signs, this is not needed. Both canonicalizations are relaxed. Every field that is there is
// signed; From, To, Subject and the like once more than they appear, so that none can be added.
//
// Ownership: the key lives as long as the signer. Threads: const after loading.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <dmarc/domain_name.h>

struct evp_pkey_st;

namespace dmarc::dkim {

/// The key that report mail is signed with.
struct DkimKey {
  std::string file;
  std::string selector;
  std::string domain = {};  ///< empty: that of the From address
};

/// RSA keys below this are refused by verifiers (RFC 8301 section 3.2 "Key Sizes").
inline constexpr int min_rsa_bits = 1024;

class DkimSigner {
 public:
  /// `from` is the domain of reports, for a key without a domain of its own. The error is one line
  /// that names the file.
  static tl::expected<DkimSigner, std::string> load(const DkimKey& key, const dns::Name& from);

  /// The DKIM-Signature field to be put in front of the message, with its CRLF. `message` has lines
  /// that end with CRLF.
  std::string sign(std::string_view message, std::int64_t now) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Key = std::unique_ptr<evp_pkey_st, Free>;

  DkimSigner(Key key, std::string domain, std::string selector)
      : key_(std::move(key)), domain_(std::move(domain)), selector_(std::move(selector)) {}

  Key key_;
  std::string domain_;
  std::string selector_;
};

}  // namespace dmarc::dkim
