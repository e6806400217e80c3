// The system's words for an errno value, for example "No such file or directory".
//
//   complain(path + ": " + base::error_text(errno));
//
// Threads: pure function.
#pragma once

#include <string>
#include <system_error>

namespace dmarc::base {

inline std::string error_text(int error) {
  return std::generic_category().message(error);
}

}  // namespace dmarc::base
