// From a message that failed to the reports that leave about it: who agrees to get one, whether one
// may go now, the mail, and its way; and the queue and thread that keep all that away from mail.
//
//   failure::Queue queue(sink);
//   queue.offer(std::move(incident), context);   // from any thread; never waits
//   queue.close(5s);
//
//   failure::Sender sender(sink, crypto::random_octets(32));   // what the thread of the queue does
//   sender.send(incident, *context, {steady_now, seconds_since_1970});
//
// One mail goes to each destination, because each may have missed another number of incidents
// before it. The operator's copies (FailureReportsBcc) are mails of their own, which only the limit
// for all reports holds back.
//
// A report that can't be sent now is not tried again: the MTA is the queue for mail. It is counted,
// and the next one to the same place says so (Incidents).
//
// The reports come from "OpenDMARC Filter <USER@HOST>", OpenDMARC's default, unless
// FailureReportsSentBy says otherwise; the reverse-path is the null one, so that nothing can come
// back (RFC 9991 section 5.1 "Transport").
//
// Threads: Queue: offer() from any, the rest from one; create it after fork(). Sender belongs to
// one thread, and waits for the DNS and for the transport. Limits: Queue::max_waiting incidents.
// While the queue is full, what is offered is dropped and counted; the log tells when that begins
// and ends.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <dmarc/resolver.h>

#include "dns/lookup_session.h"
#include "failure/incident.h"
#include "failure/limits.h"
#include "failure/redaction.h"
#include "failure/report.h"
#include "log/event.h"
#include "policy/settings.h"
#include "sending/destinations.h"
#include "sending/mail_address.h"
#include "sending/transport.h"

namespace dmarc::failure {

/// What the configuration says about failure reports.
struct Settings {
  bool enabled = false;
  Criteria criteria;
  std::vector<sending::MailAddress> copies;  ///< FailureReportsBcc
  std::string from;                          ///< the whole value of the field; empty: see above
  bool redact = true;
  Rates rates;
  bool by_command = false;  ///< whether they leave by ReportCommand, or by SMTP
};

/// What one generation of the configuration gives the sender to work with.
struct Context {
  Settings settings;
  sending::NoReportsList no_reports;
  std::shared_ptr<const policy::Settings> policy;
  std::shared_ptr<dns::AsyncResolver> resolver;
  dns::LookupSession::Limits lookup_limits;
  std::shared_ptr<sending::Transport> transport;
  std::string user;  ///< whom this process runs as
};

/// The present, by both clocks.
struct Moment {
  Limits::Time limits;
  std::int64_t date = 0;  ///< seconds since 1970
};

class Sender {
 public:
  /// `key` is for redaction. The sink must outlive the sender.
  Sender(log::Sink& sink, std::string key) : sink_(sink), redactor_(std::move(key)) {}

  void send(Incident incident, const Context& context, const Moment& moment);

 private:
  class Work;

  log::Sink& sink_;
  const Redactor redactor_;
  Limits limits_;
};

class Queue {
 public:
  using SharedContext = std::shared_ptr<const Context>;

  /// Incidents that wait, each up to max_reported_header and a bit more: 10 MiB.
  static constexpr std::size_t max_waiting = 256;

  /// The sink must outlive the queue.
  explicit Queue(log::Sink& sink);
  /// Waits for the report that is being sent, if there is one; what is behind it is dropped.
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  void offer(Incident incident, SharedContext context);

  /// Returns when everything has left or the time is up; the log tells how many were lost. Nothing
  /// is accepted from then on.
  void close(std::chrono::milliseconds limit);

 private:
  struct Item {
    Incident incident;
    SharedContext context;
  };
  void run();
  void deliver(Item item);

  log::Sink& sink_;
  Sender sender_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> waiting_;
  bool busy_ = false;
  bool open_ = true;
  bool stopping_ = false;
  std::size_t dropped_ = 0;  ///< since the queue was full
  std::thread thread_;
};

}  // namespace dmarc::failure
