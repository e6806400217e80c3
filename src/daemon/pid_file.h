// The file that holds the daemon's process id, for scripts and old init systems.
//
// Ownership: the file is removed with the object. Threads: one.
#pragma once

#include <string>

#include "log/event.h"

namespace dmarc::daemon {

class PidFile {
 public:
  /// Writes the file; no file for an empty path. A failure is logged, no more: it is no reason not
  /// to filter.
  PidFile(std::string path, log::Sink& sink);
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  ~PidFile();

 private:
  std::string path_;
};

}  // namespace dmarc::daemon
