// Identifier Alignment (RFC 9989 section 4.4 "Identifier Alignment Explained").
//
// Two names align in strict mode when they are equal, in relaxed mode when they have the same
// Organizational Domain. A walk for the identifier is made only if it can matter: an Organizational
// Domain is the name itself or an ancestor of it, so an identifier that is not at or below the
// author's Organizational Domain cannot align, whatever the DNS says about it.
//
// Threads: pure functions.
#pragma once

#include <span>

#include <dmarc/discovery.h>
#include <dmarc/domain_name.h>
#include <dmarc/evaluate.h>

namespace dmarc {

/// Whether a name can have one of these Organizational Domains.
bool can_belong_to(const dns::Name& domain, std::span<const dns::Name> organizations);

/// relaxed, not_aligned or unknown, from the possible Organizational Domains of two names.
AlignmentOutcome compare_organizations(std::span<const dns::Name> ours,
                                       std::span<const dns::Name> theirs);

/// The mode that a record asks for.
AlignmentMode mode_for(Method method, const Record& record);

/// Fills `alignment`, `organizational_domain` and `walk` of `identifier`, whose `domain` and `mode`
/// are set. `author` is what was found for the Author Domain and this identifier.
void align(Identifier& identifier, const Discovery& author);

}  // namespace dmarc
