// Who carries a report file to one destination: by mail or by https.
//
// Threads: belongs to one thread.
#pragma once

#include "reporting/report_files.h"
#include "sending/report_uri.h"
#include "sending/transport.h"

namespace dmarc::dispatch {

class Courier {
 public:
  virtual ~Courier() = default;

  /// Waits, but not for ever. See submission::Transport for `commit`.
  virtual submission::Outcome deliver(const ReportFile& file, const submission::ReportUri& target,
                                      const submission::Transport::Commit& commit) = 0;
};

}  // namespace dmarc::dispatch
