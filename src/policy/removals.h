// Which Authentication-Results fields are taken out of a message (RFC 8601 section 5 "Removing
// Existing Header Fields"), so that nobody downstream believes them.
//
// A field under our own or a trusted name, read as leniently as any reader might, stays if and only
// if it is believed (policy/trusted_results.h), reports no dmarc under our own name, and no pass in
// it contradicts what the message is judged by:
//
//   dkim=pass   has a signature here that passed with that d=; where nothing is verified here, it
//               counts
//   spf=pass    is about the identity that passed
//   arc=pass    the chain passed, where it was verified
//   dmarc=pass  is our result, for this author
//
// Otherwise the whole field goes: results are never cut out of a field, because nobody could tell
// any more who wrote the rest. With AuthResultsTrust any only what reports dmarc under our own name
// is removed.
//
// Limits: max_removals, from the top. Threads: a pure function.
#pragma once

#include <cstddef>
#include <vector>

#include "policy/assessment.h"
#include "policy/evidence.h"
#include "policy/judgement.h"
#include "policy/settings.h"

namespace dmarc::policy {

struct Removals {
  /// From the bottom up, so that removing one leaves the indices of the others right.
  std::vector<Removal> fields;
  /// Fields that should be removed too, but are past the limit.
  std::size_t left_behind = 0;
};

/// For each removal the MTA searches the header anew; thousands would keep it busy for minutes.
inline constexpr std::size_t max_removals = 100;

/// Of the judgement only the results of SPF, DKIM and ARC are looked at.
Removals find_removals(const Claims& claims, const Judgement& judgement,
                       const Assessment& assessment, const Settings& settings);

}  // namespace dmarc::policy
