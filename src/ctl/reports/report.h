// One call of "dmarcctl report" or "opendmarc-reports".
//
//   ReportJob job{.program = "dmarcctl report", .periods = {yesterday}};
//   const auto outcome = run_report_job(job, settings, *database, *resolver, terminal);
//
// Threads: one. Throws store::Error and reporting::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <dmarc/resolver.h>

#include "aggregate/period.h"
#include "config/configuration.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"
#include "history/entry.h"
#include "store/database.h"

namespace dmarc::ctl {

struct ReportJob {
  std::string program;  ///< in messages
  std::vector<aggregate::Period> periods;
  bool resume = false;                ///< first what earlier runs left unfinished
  std::optional<std::string> domain;  ///< only the report on this policy domain
  std::set<std::string> skipped;      ///< domains that get no reports, lower case
  bool dry_run = false;
  bool verbose = false;     ///< print each report, not only what went wrong
  std::string keep_folder;  ///< where report files are left; empty: nowhere
};

struct ReportOutcome {
  std::uint64_t reports = 0;  ///< with at least one delivery made, or to be made
  std::uint64_t open = 0;     ///< that could not be made, or that another host has taken over
  std::uint64_t sent = 0, waiting = 0, failed = 0, refused = 0;  ///< deliveries
};

/// The error is one of the configuration, or of the work folder.
Input<ReportOutcome> run_report_job(const ReportJob& job, const config::Configuration& settings,
                                    store::Database& database, dns::AsyncResolver& resolver,
                                    Terminal terminal);

/// "3 reports: 4 deliveries sent, 1 waiting".
std::string summary(const ReportOutcome& outcome);

}  // namespace dmarc::ctl
