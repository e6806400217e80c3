// The engine of EngineKind::libspf2: the library libspf2, asked only what it can take.
//
// Result::mechanism, path and explanation stay empty with this engine: the library does not say
// which term decided, and modifiers are kept from it. Everything it needs of the DNS goes through
// the Resolver; type 99 is never asked for. See spf/libspf2_guard.h for what is kept from it.
//
// Threads: a server object of the library per call; calls may run at the same time.
#pragma once

#include <optional>

#include <dmarc/resolver.h>

#include "spf/finding.h"
#include "spf/identity.h"

namespace dmarc::spf {

/// Nothing when the check has to be done by our own engine instead.
std::optional<Finding> check_host_with_libspf2(const Identity& identity, dns::Resolver& resolver,
                                               const Options& options);

}  // namespace dmarc::spf
