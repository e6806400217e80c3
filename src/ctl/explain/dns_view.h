// How the look-ups of an evaluation read: as lines of an Outline for people, as JSON for programs.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dmarc/resolver.h>

#include "base/json.h"
#include "ctl/outline.h"
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

}  // namespace dmarc::ctl
