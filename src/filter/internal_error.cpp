#include "filter/internal_error.h"

#include <exception>
#include <string>

#include "metrics/counters.h"

namespace dmarc::filter {
namespace {

std::string describe_current_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace

void log_current_exception(log::Sink& sink, std::string_view job_id) noexcept {
  metrics::count(metrics::Id::internal_errors);
  try {
    sink.write(log::make<log::Id::internal_error>(job_id, describe_current_exception()));
  } catch (...) {
    // Out of memory even for the log line: the deferral itself still gets through.
  }
}

}  // namespace dmarc::filter
