// What engines do with an exception that must not leave them.
#pragma once

#include <string_view>

#include "log/event.h"

namespace dmarc::filter {

/// Writes the exception that is being handled into the log, if there is memory for that.
void log_current_exception(log::Sink& sink, std::string_view job_id) noexcept;

}  // namespace dmarc::filter
