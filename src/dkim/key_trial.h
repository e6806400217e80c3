// A signature tried with the keys that a look-up brought (RFC 6376 section 6.1.2 "Get the Public
// Key").
//
//   const dkim::KeyTrial trial = dkim::try_keys(
//       *answer, keys, [&](const dkim::KeyRecord& record) { return record.fault_for(signature); },
//       digest, signature.octets);
//   if (trial.fault == dkim::Fault::none) ...
//
// Threads: a pure function, but for the cache. Limits: max_key_answers, max_keys_tried.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include <dmarc/resolver.h>

#include "crypto/digest.h"
#include "dkim/fault.h"
#include "dkim/key_record.h"

namespace dmarc::dkim {

class KeyCache;

struct KeyTrial {
  Fault fault = Fault::none;
  dns::Failure failure = dns::Failure::none;  ///< with Fault::lookup_failed
  unsigned key_bits = 0;                      ///< of the key tried last; 0 without one
  bool testing = false;                       ///< t=y in its record
  std::size_t trials = 0;                     ///< keys that the signature was tried with
};

/// `fault_for` says why a record is not for the signature. Several records at one name are
/// undefined, and "may be cycled through": what is not a usable key is passed over, and the first
/// key that verifies is the right one.
KeyTrial try_keys(const dns::Answer& answer, KeyCache& keys,
                  const std::function<Fault(const KeyRecord&)>& fault_for,
                  const crypto::Digest& digest, std::string_view octets);

}  // namespace dmarc::dkim
