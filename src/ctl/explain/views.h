// How the values of the other layers look: as lines of an Outline for people, as JSON for programs.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/evaluate.h>
#include <dmarc/record.h>
#include <dmarc/resolver.h>

#include "base/json.h"
#include "ctl/outline.h"
#include "dns/lookup_session.h"
#include "spf/check.h"

namespace dmarc::ctl {

/// What a name of a tree walk had to say, for example "no such name".
std::string walk_answer(const WalkStep& step);

Outline walk_outline(const std::vector<WalkStep>& walk);
/// Every tag with its meaning.
Outline record_outline(const Record& record, std::string_view owner);
Outline identifier_outline(const Identifier& identifier);
Outline verdict_outline(const Verdict& verdict);
Outline spf_outline(const spf::Result& result);
Outline lookups_outline(const std::vector<dns::LookupSession::Entry>& lookups);

/// "<name> TXT: one answer", for one look-up.
std::string lookup_line(const dns::LookupSession::Entry& lookup);
/// The data of each record of an answer, printable: addresses as text, the rest quoted.
std::vector<std::string> record_texts(const dns::LookupSession::Entry& lookup);

/// The word for one method's outcome.
std::string_view to_string(MethodOutcome outcome);

base::Json json_of(const Record& record);
base::Json json_of(const std::vector<WalkStep>& walk);
base::Json json_of(const Identifier& identifier);
base::Json json_of(const Verdict& verdict);
base::Json json_of(const spf::Result& result);
base::Json json_of(const std::vector<dns::LookupSession::Entry>& lookups);
/// Null for none.
base::Json json_of(dns::Failure failure);
base::Json json_or_null(const std::optional<dns::Name>& name);

}  // namespace dmarc::ctl
