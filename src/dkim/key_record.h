// A key record: what a domain publishes at SELECTOR._domainkey (RFC 6376 section 3.6.1 "Textual
// Representation").
//
//   const auto record = dkim::KeyRecord::parse(text);
//   if (!record) ... dkim::describe(record.error())
//   const dkim::Fault fault = record->fault_for(signature);
//   if (fault == dkim::Fault::none) record->key().verify(digest, signature.octets)
//
// Faults are told apart as finely as the people who publish records need it: quotes copied from a
// zone file, a key cut at 255 octets, a semicolon left out.
//
// Ownership: values; copies share the key. Threads: const after parsing.
#pragma once

#include <tl/expected.hpp>

#include <string_view>
#include <utility>

#include "crypto/public_key.h"
#include "dkim/fault.h"
#include "dkim/signature.h"

namespace dmarc::dkim {

class KeyRecord {
 public:
  /// Faults of the record itself; RSA keys of a size that is not accepted are among them.
  static tl::expected<KeyRecord, Fault> parse(std::string_view text);

  const crypto::PublicKey& key() const { return key_; }
  /// t=y: the domain is trying DKIM out. A failure then means no more than no signature.
  bool testing() const { return testing_; }
  /// t=s: i= must have the very domain of d=.
  bool strict() const { return strict_; }

  /// Why the key is not for a signature of that kind (section 6.1.2 "Get the Public Key").
  Fault fault_for(crypto::KeyType type) const;
  /// The same, and what t=s says about the signature's i=.
  Fault fault_for(const Signature& signature) const;

 private:
  explicit KeyRecord(crypto::PublicKey key) : key_(std::move(key)) {}

  crypto::PublicKey key_;
  bool testing_ = false;
  bool strict_ = false;
  bool allows_sha256_ = true;
  bool allows_mail_ = true;
};

}  // namespace dmarc::dkim
