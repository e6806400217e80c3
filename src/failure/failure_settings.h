// What the configuration says on failure reports.
//
// Values only.
#pragma once

#include <string>
#include <vector>

#include "failure/failure_incident.h"
#include "failure/failure_limits.h"
#include "sending/address.h"

namespace dmarc::failure {

struct FailureSettings {
  bool enabled = false;
  failure::FailureCriteria criteria;
  std::vector<sending::Address> copies;  ///< FailureReportsBcc
  std::string from;                      ///< the whole value of the field; empty: see FailureSender
  bool redact = true;
  failure::FailureRates rates;
  bool by_command = false;  ///< whether they leave by ReportCommand, or by SMTP
};

}  // namespace dmarc::failure
