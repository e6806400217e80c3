// From a message that failed to the reports that leave about it: who agrees to get one, whether one
// may go now, the mail, and its way.
//
//   FailureSender sender(sink, crypto::random_octets(32));
//   sender.send(incident, terms, {steady_now, seconds_since_1970});
//
// One mail to each destination, because each may have missed another number of incidents before it.
// The operator's copies (FailureReportsBcc) are mails of their own, which only the limit for all
// reports holds back.
//
// A report that can't be sent now is not tried again: the MTA is the queue. It is counted, and the
// next one to the same place tells so (Incidents).
//
// The reports come from "OpenDMARC Filter <USER@HOST>", OpenDMARC's default, unless
// FailureReportsSentBy says otherwise; the reverse-path is the null one, so that nothing can come
// back (RFC 9991 section 5.1 "Transport").
//
// Threads: belongs to one thread. It waits for the DNS and for the transport.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <dmarc/resolver.h>

#include "dns/lookup_session.h"
#include "failure/failure_incident.h"
#include "failure/failure_limits.h"
#include "failure/failure_report.h"
#include "failure/failure_settings.h"
#include "failure/redaction.h"
#include "log/event.h"
#include "policy/settings.h"
#include "sending/no_reports.h"
#include "sending/report_uri.h"
#include "sending/transport.h"

namespace dmarc::failure {

/// What one generation of configuration means for failure reports.
struct FailureTerms {
  FailureSettings settings;
  sending::NoReportsList no_reports;
  std::shared_ptr<const policy::Settings> policy;
  std::shared_ptr<dns::AsyncResolver> resolver;
  dns::LookupSession::Limits lookup_limits;
  std::shared_ptr<sending::Transport> transport;
  std::string user;  ///< whom this process runs as
};

struct FailureMoment {
  failure::FailureLimits::Time limits;
  std::int64_t date = 0;  ///< seconds since 1970
};

class FailureSender {
 public:
  /// `key` is for redaction. The sink must outlive the sender.
  FailureSender(log::Sink& sink, std::string key) : sink_(sink), redactor_(std::move(key)) {}

  void send(failure::FailureIncident incident, const FailureTerms& terms,
            const FailureMoment& moment);

 private:
  class Errand;

  log::Sink& sink_;
  const failure::Redactor redactor_;
  failure::FailureLimits limits_;
};

}  // namespace dmarc::failure
