// The text of exp= (RFC 7208 section 6.2 "exp: Explanation").
//
// It is written by whoever owns the record, so it is only looked up when Options ask for it.
// Threads: the caller's. Limit: max_explanation octets.
#pragma once

#include <string>

#include <dmarc/resolver.h>

#include "spf/finding.h"
#include "spf/identity.h"

namespace dmarc::spf {

/// Printable ASCII; empty when there is no usable text, for whatever reason.
std::string explain(const Explanation& explanation, const Identity& identity,
                    dns::Resolver& resolver, const Options& options);

}  // namespace dmarc::spf
