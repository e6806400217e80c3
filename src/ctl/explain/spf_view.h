// How an SPF check reads: its result, and the look-ups that it took as a tree.
//
//   Outline outline = spf_outline(result);
//   outline.add(spf_tree(result, lookups.entries()));
//
// The tree puts each look-up where a record caused it: each record with its terms, the records
// that include and redirect lead to below, and the addresses that a term asked for. It is made for
// reading, from the texts of the records afterwards, so look-ups for a term with macros are
// not found; they are listed at the end.
//
// Threads: pure functions.
#pragma once

#include <vector>

#include <dmarc/spf.h>

#include "base/json.h"
#include "ctl/outline.h"
#include "dns/lookup_session.h"

namespace dmarc::ctl {

Outline spf_outline(const spf::Result& result);
base::Json json_of(const spf::Result& result);

Outline spf_tree(const spf::Result& result, const std::vector<dns::LookupSession::Entry>& lookups);

}  // namespace dmarc::ctl
