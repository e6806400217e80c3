// How a verdict and what led to it read: the tree walk, the record and each of its tags, the
// identifiers and their alignment. As lines of an Outline for people, as JSON for programs.
//
//   std::cout << verdict_outline(verdict).text();
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <dmarc/evaluate.h>
#include <dmarc/record.h>

#include "base/json.h"
#include "ctl/terminal.h"

namespace dmarc::ctl {

/// What was found at a name of a tree walk, for example "no such name".
std::string walk_answer(const WalkStep& step);
/// The word for the outcome of one method.
std::string_view to_string(MethodOutcome outcome);

Outline walk_outline(const std::vector<WalkStep>& walk);
/// Every tag with its meaning.
Outline record_outline(const Record& record, std::string_view owner);
Outline verdict_outline(const Verdict& verdict);

base::Json json_of(const std::vector<WalkStep>& walk);
base::Json json_of(const Record& record);
base::Json json_of(const Verdict& verdict);

}  // namespace dmarc::ctl
