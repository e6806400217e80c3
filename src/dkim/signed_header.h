// What of a header a signature covers, and its digest (RFC 6376 sections 3.7 "Computing the Message
// Hashes" and 5.4.2 "Signatures Involving Multiple Instances of a Field").
//
//   dkim::SignedHeader header(fields, dkim::LeadingBlanks::kept);
//   const crypto::Digest digest = header.digest(signature, index);   // fields[index] is its field
//
// The index of names and each field's relaxed form are made once, however many signatures there
// are.
//
// Ownership: views the fields, which must stay. Threads: one at a time. Limits: time for one
// signature is at most linear in the octets of the header and the names in its h=.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/header_field.h>

#include "crypto/digest.h"
#include "dkim/canonical_header.h"
#include "dkim/signature.h"

namespace dmarc::dkim {

class SignedHeader {
 public:
  SignedHeader(std::span<const mail::HeaderField> fields, LeadingBlanks blanks);

  /// The fields that the names stand for, in the order in which they are signed: for each name the
  /// lowest field that was not taken yet. Names without a field left stand for nothing, and the
  /// field `self` is never among them.
  std::vector<std::size_t> select(const std::vector<std::string_view>& names, std::size_t self);

  /// The digest that the signature of fields[self] was made of.
  crypto::Digest digest(const Signature& signature, std::size_t self);

  /// The text of that digest, for those who want to look at it.
  std::string text(const Signature& signature, std::size_t self);

  /// A field's canonical form without its CR LF; good until the next call.
  std::string_view canonical(std::size_t field, CanonicalForm form);

 private:
  struct Entry {
    std::uint32_t hash = 0;
    std::uint32_t field = 0;
  };
  struct Place {
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  template <typename Put>
  void put_signed(const Signature& signature, std::size_t self, Put&& put);
  /// A field's canonical form with its CR LF; good until the next call.
  std::string_view line(std::size_t field, CanonicalForm form);
  std::string_view name_of(std::uint32_t field) const;

  std::span<const mail::HeaderField> fields_;
  LeadingBlanks blanks_;
  std::vector<Entry> by_name_;                ///< equal names together, the lowest field first
  std::vector<std::uint32_t> taken_;          ///< by the place of the first of a name in by_name_
  std::string relaxed_;                       ///< the relaxed forms made so far
  std::vector<std::optional<Place>> places_;  ///< where they are, by field
  std::string simple_;
};

}  // namespace dmarc::dkim
