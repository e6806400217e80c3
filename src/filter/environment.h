// What sessions work with: one generation of the configuration, and where things go.
//
// Threads: immutable once built, but for its flags; shared by all sessions that began with
// it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include <dmarc/resolver.h>

#include "dkim/key_cache.h"
#include "dns/lookup_session.h"
#include "failure/incident.h"
#include "history/record.h"
#include "history/writer.h"
#include "log/event.h"
#include "policy/settings.h"

namespace dmarc::filter {

/// What one generation of configuration means for sessions.
struct Environment {
  std::shared_ptr<const policy::Settings> settings;
  std::shared_ptr<dns::AsyncResolver> resolver;
  dns::LookupSession::Limits lookup_limits;
  log::Sink* sink = nullptr;                 ///< outlives every session
  std::shared_ptr<history::Writer> history;  ///< null without HistoryFile
  history::Settings history_options;
  /// Takes what a failure report is made of, without waiting; empty without FailureReports.
  std::function<void(failure::Incident)> report_failure;
  failure::Criteria failure_criteria;

  /// Set when the MTA's failure to send a job id was logged: once is enough.
  mutable std::atomic_flag job_id_missed;
  /// The same for the blanks of header fields.
  mutable std::atomic_flag blanks_missed;

  /// Keys of signatures that were read before; outlives a reload.
  std::shared_ptr<dkim::KeyCache> keys = std::make_shared<dkim::KeyCache>();
};

}  // namespace dmarc::filter
