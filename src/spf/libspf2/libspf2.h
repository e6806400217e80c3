// The library libspf2 as an evaluator of SPF records (Options::evaluator), asked only what it can
// take.
//
//   spf::Options options;
//   options.evaluator = &spf::libspf2();
//
// Mechanism, path and explanation stay empty where the library did the work: it does not say which
// term decided, and modifiers are kept from it. Type 99 is never asked for. Our own evaluation has
// asked almost everything before that the library wants, except for names of a client that are not
// below the target of a ptr term. See guard.h for what is kept from it.
//
// A target of its own: programs that use the checks need not link the library.
//
// Threads: any; each run has a server object of the library of its own.
#pragma once

#include "spf/finding.h"

namespace dmarc::spf {

const Evaluator& libspf2();

}  // namespace dmarc::spf
