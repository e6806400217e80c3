// How the look-ups of an evaluation and an SPF check read: as lines of an Outline for people, as
// JSON for programs.
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

#include <optional>
#include <string>
#include <vector>

#include <dmarc/resolver.h>
#include <dmarc/spf.h>

#include "base/json.h"
#include "ctl/terminal.h"
#include "dns/lookup_session.h"

namespace dmarc::ctl {

/// "<name> TXT: one answer", for one look-up.
std::string lookup_line(const dns::LookupSession::Entry& lookup);
/// The data of each record of an answer, printable: addresses as text, the rest quoted.
std::vector<std::string> record_texts(const dns::LookupSession::Entry& lookup);

Outline lookups_outline(const std::vector<dns::LookupSession::Entry>& lookups);
base::Json json_of(const std::vector<dns::LookupSession::Entry>& lookups);

/// Null for none.
base::Json json_of(dns::Failure failure);
base::Json json_or_null(const std::optional<dns::Name>& name);

Outline spf_outline(const spf::Result& result);
base::Json json_of(const spf::Result& result);

Outline spf_tree(const spf::Result& result, const std::vector<dns::LookupSession::Entry>& lookups);

}  // namespace dmarc::ctl
