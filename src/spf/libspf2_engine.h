// The engine of EngineKind::libspf2: the library libspf2, asked only what it can take.
//
// Finding::mechanism, path and explanation stay empty with this engine: the library does not say
// which term decided, and modifiers are kept from it. It is run over the answers that are at hand;
// type 99 is never asked for. See spf/libspf2_guard.h for what is kept from it.
//
// Threads: a server object of the library per call; calls may run at the same time.
#pragma once

#include <optional>

#include <dmarc/check.h>

#include "spf/finding.h"
#include "spf/macro.h"

namespace dmarc::spf {

struct LibraryRun {
  /// Nothing when the check has to be done by our own engine instead, or when an answer is missing.
  std::optional<Finding> finding;
  /// The answer that the library lacks. It is to be run again when that has come; our own engine
  /// has asked almost everything before, except for names of a client that are not below the target
  /// of a ptr term.
  std::optional<dns::Question> missing;
};

LibraryRun check_host_with_libspf2(const Identity& identity, const dns::Answers& answers,
                                   const Options& options);

}  // namespace dmarc::spf
