// How reports and suppressed addresses look: as lines and an Outline for people, as JSON for
// programs.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "ctl/outline.h"
#include "store/outbox.h"
#include "store/suppressions.h"

namespace dmarc::ctl {

/// "2026-11-23  example.org  done  5 messages, 2 rows; 1 sent, 1 waiting  ID".
std::string line_of(const store::ReportSummary& report);
Outline outline_of(const store::ReportSummary& report);
base::Json json_of(const store::ReportSummary& report);
base::Json json_of(const std::vector<store::ReportSummary>& reports);

std::string line_of(const store::Suppression& suppression);
base::Json json_of(const std::vector<store::Suppression>& suppressions);

}  // namespace dmarc::ctl
