// Who carries a report file to one destination: by mail or by https.
//
// Threads: belongs to one thread.
#pragma once

#include "reporting/report_files.h"
#include "sending/report_uri.h"
#include "sending/transport.h"

namespace dmarc::reporting {

class Courier {
 public:
  virtual ~Courier() = default;

  /// Waits, but not for ever. See sending::Transport for `commit`.
  virtual sending::Outcome deliver(const ReportFile& file, const sending::ReportUri& target,
                                   const sending::Transport::Commit& commit) = 0;
};

}  // namespace dmarc::reporting
