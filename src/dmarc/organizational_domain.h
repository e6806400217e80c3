// The Organizational Domain of a name (RFC 9989 section 4.10.2 "Identifier Alignment Evaluation").
//
//   const auto orgs = possible_organizational_domains(walk);
//   if (orgs.size() == 1) ... that is it
//
// A walk without failures leads to exactly one name. A look-up that failed stands for every answer
// that it could have had, so such a walk leads to several names in general. That matters for
// safety: with it, an identifier whose own DNS fails keeps a verdict open only if some answer would
// have aligned it, and a sender can't make a fail into a temporary error by breaking the DNS of a
// domain of his.
//
// Threads: pure functions.
#pragma once

#include <span>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/evaluate.h>

namespace dmarc {

/// Every name that is the Organizational Domain of the walk's first name under some answer of the
/// look-ups that failed; each is that name or an ancestor of it. Never empty, without duplicates.
std::vector<dns::Name> possible_organizational_domains(std::span<const WalkStep> walk);

/// The same by a list of public suffixes, as RFC 7489 section 3.2 "Organizational Domain" has it:
/// the suffix and one more label, or the name itself if it is a suffix.
dns::Name registrable_or_same(const dns::Name& name, const PublicSuffixes& suffixes);

}  // namespace dmarc
