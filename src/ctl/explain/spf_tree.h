// The look-ups of an SPF check, put where the records caused them: each record with its terms, the
// records that include and redirect lead to below, and the addresses that a term asked for.
//
// The tree is made for reading. It is put together from the texts of the records afterwards, so a
// term with macros does not get its look-ups; what found no place is listed at the end.
//
// Threads: a pure function.
#pragma once

#include <vector>

#include "ctl/outline.h"
#include "dns/lookup_session.h"
#include "spf/check.h"

namespace dmarc::ctl {

Outline spf_tree(const spf::Result& result, const std::vector<dns::LookupSession::Entry>& lookups);

}  // namespace dmarc::ctl
