// A published key as a verifier reads it, and what its owner should know about it.
//
//   for (const KeyReport& key : read_keys(*answer))
//     if (key.fault == dkim::Fault::none) ... key.bits
//
// Problems keep verifiers from using the key, or some of them; advice is about a key that works,
// but perhaps not as was meant.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dmarc/resolver.h>

#include "base/json.h"
#include "ctl/terminal.h"
#include "dkim/key_record.h"

namespace dmarc::ctl {

/// One TXT record at a key's name.
struct KeyReport {
  std::string text;
  dkim::Fault fault = dkim::Fault::none;  ///< why no signature can be verified with it
  std::optional<dkim::KeyRecord> record;  ///< as it was meant, when `repair` is not empty
  std::string repair;  ///< what would make a key of it: "it had no quotes inside"
  std::vector<std::string> advice;
};

std::vector<KeyReport> read_keys(const dns::Answer& answer);

/// The look-up of the key of one selector.
struct KeyLookup {
  dns::Name name;
  dns::AnswerPtr answer;
  std::vector<KeyReport> keys;
  std::vector<std::string> problems;  ///< of the name, rather than of one record

  bool usable() const;
};

/// Where there is no key, the names at which it lies when a zone file was written wrongly are asked
/// for, too.
KeyLookup look_up_key(const dns::Name& selector, const dns::Name& domain, const dns::Name& name,
                      dns::Resolver& resolver);

Outline outline_of(const KeyReport& key);
Outline outline_of(const KeyLookup& lookup);
base::Json json_of(const KeyReport& key);
base::Json json_of(const KeyLookup& lookup);

}  // namespace dmarc::ctl
