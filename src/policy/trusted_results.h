// Which Authentication-Results fields of a message are believed (RFC 8601 sections 4.1 "Header
// Field Position and Interpretation" and 5 "Removing Existing Header Fields").
//
// A filter inserts its field at the top, above whatever the sender wrote. So for each method only
// the topmost field with a trusted authserv-id counts, and every other field that claims a trusted
// id is to be removed, before someone downstream believes it. That holds for methods that have no
// use here too; a field that says "none" can stay. A trusted field that can't be read might have
// held any method, so nothing below it counts.
//
// With AuthResultsTrust any, every trusted field counts and none is removed, as in OpenDMARC.
//
// Limits: max_examined fields are looked into; of others the id alone is read. max_removals are
// removed, from the top. Threads: a pure function.
#pragma once

#include <cstddef>
#include <vector>

#include "log/event.h"
#include "mail/auth_results.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

struct TrustedResults {
  std::vector<mail::MethodResult> spf;   ///< in the order of the fields, topmost first
  std::vector<mail::MethodResult> dkim;  ///< likewise
  std::vector<mail::MethodResult> arc;   ///< likewise
  /// From the bottom up, so that removing one leaves the indices of the others right.
  std::vector<Removal> removals;
  /// Fields that should be removed too, but are past the limit.
  std::size_t left_behind = 0;
  std::vector<log::Event> events;

  /// Filters write one field each, or one field for all; nobody has fifty.
  static constexpr std::size_t max_examined = 50;
  /// For each removal the MTA searches the header anew; thousands would keep it busy for minutes.
  static constexpr std::size_t max_removals = 100;
};

TrustedResults read_trusted_results(const Message& message, const Settings& settings);

}  // namespace dmarc::policy
