// The steps from values to the parts of a Configuration. Private to config/.
//
// Each fills its part or returns the line to print.
#pragma once

#include <tl/expected.hpp>

#include <string>

#include "config/configuration.h"
#include "config/context.h"

namespace dmarc::config {

using Filled = tl::expected<void, std::string>;

Filled fill_process(Context& context, Process& process);
Filled fill_logging(Context& context, Logging& logging);
Filled fill_dns(Context& context, Dns& dns);
Filled fill_history(Context& context, History& history);
Filled fill_reports(Context& context, Reports& reports);
Filled fill_policy(Context& context, policy::Settings& settings);
/// `host_name` is this host's.
Filled fill_submission(Context& context, const std::string& host_name, sending::Settings& settings);
Filled fill_failure_reports(Context& context, const sending::Settings& submission,
                            failure::FailureSettings& settings);

}  // namespace dmarc::config
