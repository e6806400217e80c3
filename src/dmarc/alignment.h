// Identifier Alignment (RFC 9989 section 4.4 "Identifier Alignment Explained").
//
// Two names align in strict mode when they are equal, in relaxed mode when they have the same
// Organizational Domain. A walk for the identifier is made only if it can matter: an Organizational
// Domain is the name itself or an ancestor of it, so an identifier that is not at or below the
// author's Organizational Domain cannot align, whatever the DNS says about it.
//
// Threads: a pure function; the resolver is called from the calling thread.
#pragma once

#include <dmarc/evaluate.h>
#include <dmarc/resolver.h>

#include "dmarc/discovery.h"

namespace dmarc {

/// Fills `alignment`, `organizational_domain` and `walk` of `identifier`, whose `domain` and `mode`
/// are set. `author` is what discover() found for the Author Domain.
void align(Identifier& identifier, const Discovery& author, const Options& options,
           dns::Resolver& resolver);

}  // namespace dmarc
