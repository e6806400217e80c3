// What was probably done to a message after it was signed: changes that are common on the way are
// undone, one after the other, and those that make a signature right are named. For people who look
// for the cause only: nothing that decides about mail knows of this.
//
//   for (const std::string& condition : body_repairs(body, signature))
//     ... "would pass if " << condition        // "the last 40 octets of the body were not there"
//
// Threads: pure functions. Limits: each a constant in its file; the time is that of some fifty
// hashes of the body, and of some thousand verifications.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/header_field.h>

#include "crypto/public_key.h"
#include "dkim/signature.h"

namespace dmarc::ctl {

/// Whether the body is the one that was signed, all of it.
bool body_is_right(std::string_view body, const dkim::Signature& signature);

/// For a body that is not.
std::vector<std::string> body_repairs(std::string_view body, const dkim::Signature& signature);

/// A signature field in its message, and the key that it is to be verified with.
struct SignedFields {
  std::span<const mail::HeaderField> header;
  std::size_t field;  ///< the signature's own
  const dkim::Signature& signature;
  const crypto::PublicKey& key;
};

/// Whether what was signed of the header is right. The body is another matter: a signature holds
/// its hash only.
bool header_is_right(const SignedFields& fields);

/// For a header that is not.
std::vector<std::string> header_repairs(const SignedFields& fields);

}  // namespace dmarc::ctl
