// A DKIM-Signature field (RFC 6376 section 3.5 "The DKIM-Signature Header Field"), and the
// ARC-Message-Signature field, which has the same tags but two (RFC 8617 section 4.1.2
// "ARC-Message-Signature (AMS)").
//
//   const dkim::Signature signature = dkim::read_signature(field.value, dkim::dkim_signature);
//   if (signature.fault == dkim::Fault::none) ... signature.domain, signature.names
//
// Of a field with a fault, as much is filled in as could be read, for those who report it: nothing
// when it is not a tag list.
//
// Ownership: `names` and `text` view the value given, the rest is a value. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>

#include "crypto/digest.h"
#include "crypto/key_type.h"
#include "dkim/canonical_form.h"
#include "dkim/fault.h"
#include "dkim/tag_list.h"

namespace dmarc::dkim {

/// What the two fields differ in.
struct SignatureForm {
  /// v= must be there, and i= is an identity. Otherwise i= is left to the caller, and l= counts as
  /// a fault.
  bool is_dkim = true;
  CanonicalForm absent_header_form = CanonicalForm::simple;
};

inline constexpr SignatureForm dkim_signature{};
/// No c= means relaxed in an ARC-Message-Signature, as the ARC test suite has it.
inline constexpr SignatureForm arc_message_signature{.is_dkim = false,
                                                     .absent_header_form = CanonicalForm::relaxed};

struct Signature {
  Fault fault = Fault::none;

  std::string algorithm;  ///< a=, as written
  crypto::KeyType key_type = crypto::KeyType::rsa;
  std::optional<dns::Name> domain;    ///< d=, when it is a host name
  std::optional<dns::Name> selector;  ///< s=, likewise
  std::optional<dns::Name> key_name;  ///< where the key is
  std::string identity;               ///< i= without folding, as written; empty when absent
  std::optional<dns::Name> identity_domain;
  CanonicalForm header_form = CanonicalForm::simple;
  CanonicalForm body_form = CanonicalForm::simple;
  std::vector<std::string_view> names;  ///< h=, in its order and case
  crypto::Digest body_hash{};           ///< bh=
  std::string octets;                   ///< b=, decoded
  std::string characters;               ///< b=, without folding
  std::optional<std::uint64_t> length;  ///< l=; the largest number for those that don't fit
  std::optional<std::uint64_t> time;    ///< t=, likewise
  std::optional<std::uint64_t> expiry;  ///< x=, likewise

  /// The octets of b= and the white space around them: left out of what is signed (section 3.7
  /// "Computing the Message Hashes"). Offsets in the value.
  std::size_t b_begin = 0;
  std::size_t b_end = 0;
};

Signature read_signature(std::string_view value, const SignatureForm& form);

/// What the clock says against a signature: Fault::none, future, expiry_before_time or expired.
Fault time_fault(const Signature& signature, std::int64_t now);

// The tags that an ARC-Seal has too.

/// a=; sets the key's type.
Fault read_algorithm(std::string_view value, crypto::KeyType& type);
/// d= and s=: a host name, "_" allowed.
std::optional<dns::Name> read_domain(std::string_view value);
/// SELECTOR._domainkey.DOMAIN; nothing when that is too long for the DNS.
std::optional<dns::Name> key_name(const dns::Name& selector, const dns::Name& domain);
/// Digits alone; the largest number for those that don't fit.
std::optional<std::uint64_t> read_number(std::string_view value);

}  // namespace dmarc::dkim
