// Why the daemon could not start: the exit status (sysexits.h) and the line for stderr and the log,
// without the program's name in front.
#pragma once

#include <string>
#include <string_view>

#include "base/read_file.h"

namespace dmarc::daemon {

struct Failure {
  int status;
  std::string text;
};

/// "WHAT: the system's words for ERROR".
inline Failure failure_of(int status, std::string_view what, int error) {
  return {status, std::string(what) + ": " + base::error_text(error)};
}

}  // namespace dmarc::daemon
