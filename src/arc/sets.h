// The ARC sets of a message, as far as their structure goes (RFC 8617 section 4.2 "ARC Set").
//
//   const auto sets = arc::read_sets(header);
//   if (!sets) complain(arc::describe(sets.error()));
//   else for (const arc::Set& set : *sets) ...          // none without an ARC field
//
// Each set has its three fields once, and the instances are 1 to the number of sets. What the
// fields hold is looked at no further than their instance, but for the seals, which are read whole.
//
// Ownership: the pointers are into the block given. Limits: max_arc_sets. Threads: a pure function.
#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <span>
#include <vector>

#include <dmarc/header_field.h>

#include "arc/problem.h"
#include "arc/seal.h"

namespace dmarc::arc {

struct Set {
  const mail::HeaderField* auth_results = nullptr;
  const mail::HeaderField* message_signature = nullptr;
  const mail::HeaderField* seal_field = nullptr;
  std::optional<Seal> seal;  ///< set in every set that read_sets() returns
};

/// In the order of their instances.
tl::expected<std::vector<Set>, Problem> read_sets(std::span<const mail::HeaderField> header);

}  // namespace dmarc::arc
