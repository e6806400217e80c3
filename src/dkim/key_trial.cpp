#include "dkim/key_trial.h"

#include <algorithm>
#include <cstddef>

#include "dkim/key_cache.h"
#include "dkim/limits.h"

namespace dmarc::dkim {
namespace {

/// The faults that tell most about a name with several records: that of a key that was tried, then
/// that of one that can't be used, then that of a text that is not a key.
int weight(Fault fault) {
  switch (fault) {
    case Fault::none:
      return 0;
    case Fault::no_key_record:
    case Fault::key_empty:
      return 1;
    case Fault::signature:
    case Fault::signature_size:
      return 3;
    default:
      return 2;
  }
}

}  // namespace

KeyTrial try_keys(const dns::Answer& answer, KeyCache& keys,
                  const std::function<Fault(const KeyRecord&)>& fault_for,
                  const crypto::Digest& digest, std::string_view octets) {
  KeyTrial trial;
  if (answer.outcome == dns::Outcome::temporary_failure) {
    trial.fault = Fault::lookup_failed;
    trial.failure = answer.failure;
    return trial;
  }
  Fault worst = Fault::none;
  for (std::size_t i = 0; i < std::min(answer.records.size(), max_key_answers); ++i) {
    const auto record = keys.find(answer.records[i]);
    Fault fault = record ? fault_for(*record) : record.error();
    if (fault == Fault::none) {
      if (trial.trials == max_keys_tried) break;
      ++trial.trials;
      trial.key_bits = record->key().bits();
      trial.testing = record->testing();
      if (octets.size() != record->key().signature_size())
        fault = Fault::signature_size;
      else if (record->key().verify(digest, octets))
        return trial;
      else
        fault = Fault::signature;
    }
    if (weight(fault) > weight(worst)) worst = fault;
  }
  trial.fault = worst == Fault::none ? Fault::key_not_found : worst;
  return trial;
}

}  // namespace dmarc::dkim
