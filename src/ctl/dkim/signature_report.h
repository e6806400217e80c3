// What is known of a message's DKIM signature: its tags, what it covers, the key, the outcome, and
// what would have to be otherwise for it to pass.
//
//   for (const SignatureReport& report : report_signatures(header, body, result, resolver))
//     outline.add(outline_of(report));
//
// Ownership: a report views the header and `result` it was made of. Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/dkim/key_report.h"
#include "dkim/check.h"
#include "dkim/signature.h"

namespace dmarc::ctl {

struct SignatureReport {
  std::size_t number = 0;  ///< from 1, in the order of the header
  dkim::SignatureResult result;
  dkim::Signature signature;

  // Of a signature field that could be read:
  std::vector<mail::HeaderField> covered;     ///< in the order in which they are signed
  std::vector<std::string_view> absent;       ///< names of h= without a field: none may be added
  std::vector<std::string_view> not_covered;  ///< fields that readers are shown, and nobody signed
  std::uint64_t body_length = 0;              ///< of the canonical body
  crypto::Digest body_hash{};                 ///< of what the signature covers of it
  bool body_right = false;
  std::optional<KeyLookup> key;
  /// Unset without a key that can be tried.
  std::optional<bool> header_right;
  std::vector<std::string> would_pass_if;
};

/// `result` is what the check said. Asks for the keys once more, of signatures that were verified.
std::vector<SignatureReport> report_signatures(std::span<const mail::HeaderField> header,
                                               std::string_view body, const dkim::Result& result,
                                               dns::Resolver& resolver);

Outline outline_of(const SignatureReport& report);
base::Json json_of(const SignatureReport& report);

}  // namespace dmarc::ctl
