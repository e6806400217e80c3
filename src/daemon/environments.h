// What milter sessions work with, made from a configuration; and the current one.
//
//   Environments environments(sink);
//   if (auto made = environments.use(configuration); !made) complain(made.error());
//   auto now = environments.current();
//
// A session keeps the environment that it began with; a replaced one is freed with its last
// session. The DNS engine and its cache are kept when their part of the configuration has not
// changed.
//
// Threads: any, but only one use() at a time. Create it after fork(): the DNS engine is a thread.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "failure/sender.h"
#include "filter/environment.h"
#include "filter/session.h"
#include "log/event.h"
#include "resolver/stub_resolver.h"
#include "sending/transport.h"

namespace dmarc::daemon {

/// How failure reports leave the process; decided when it starts.
struct ReportTransport {
  std::shared_ptr<sending::Transport> transport;  ///< null: there is none until a restart
  std::string user;                               ///< whom the process runs as
};

class Environments {
 public:
  /// The sink must outlive the environments.
  explicit Environments(log::Sink& sink, ReportTransport transport = {})
      : sink_(sink), report_transport_(std::move(transport)) {}

  /// Makes the configuration the current one.
  void use(const config::Configuration& configuration);

  std::shared_ptr<const filter::Environment> current() const;

  /// Lets history records that wait be written, for this long at most.
  void close_history(std::chrono::milliseconds limit) const;

  /// What was asked of the DNS, in one line.
  std::string dns_statistics() const;

  /// Lets failure reports that wait leave, for this long at most. None are taken from then on.
  void close_failure_reports(std::chrono::milliseconds limit) const;

 private:
  std::shared_ptr<dns::AsyncResolver> resolver_for(const config::Dns& dns);
  std::shared_ptr<history::Writer> history_for(const config::History& history);
  void add_failure_reports(const config::Configuration& configuration,
                           filter::Environment& environment);

  log::Sink& sink_;
  const ReportTransport report_transport_;
  std::shared_ptr<resolver::StubResolver> network_;
  resolver::StubOptions network_options_;
  /// Also those of former configurations: what is handed to them has to be written, and none must
  /// end in a thread that serves connections. The last one is current.
  std::vector<std::shared_ptr<history::Writer>> histories_;
  std::shared_ptr<failure::Queue> failure_reports_;
  /// What was read from the DNS stays right when the settings change.
  const std::shared_ptr<dkim::KeyCache> keys_ = std::make_shared<dkim::KeyCache>();
  mutable std::mutex mutex_;
  std::shared_ptr<const filter::Environment> current_;
};

}  // namespace dmarc::daemon
