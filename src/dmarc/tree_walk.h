// The DNS Tree Walk (RFC 9989 section 4.10 "DNS Tree Walk"): from a name towards the root, asking
// each name for its DMARC Policy Record.
//
//   std::vector<WalkStep> walk = walk_tree(author, options, resolver);
//
// At most 8 names are asked. The walk ends at a record with psd=y or psd=n, otherwise at the
// single-label name. A look-up that fails does not end it: what the names above say can show that
// the missing answer does not matter (dmarc/organizational_domain.h).
//
// Threads: pure functions; the resolver is called from the calling thread.
#pragma once

#include <span>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/evaluate.h>
#include <dmarc/resolver.h>

namespace dmarc {

/// The names that a walk from `start` visits unless a record stops it, longest first.
std::vector<dns::Name> walk_names(const dns::Name& start);

/// Asks one name for its record.
WalkStep look_up_record(const dns::Name& name, const Options& options, dns::Resolver& resolver);

/// Starts the question of look_up_record().
void prefetch_record(const dns::Name& name, dns::Resolver& resolver);

/// Never empty: the first step is `start`. Steps that an earlier walk has made are taken from
/// `known`.
std::vector<WalkStep> walk_tree(const dns::Name& start, const Options& options,
                                dns::Resolver& resolver, std::span<const WalkStep> known = {});

/// The psd tag that counts at that step: y where the suffix guard speaks, otherwise as published.
PublicSuffixFlag effective_psd(const WalkStep& step);

inline bool has_failed(const WalkStep& step) {
  return step.outcome == dns::Outcome::temporary_failure;
}

/// The first step whose look-up failed; null when all succeeded.
const WalkStep* find_failure(std::span<const WalkStep> walk);

}  // namespace dmarc
