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
// Threads: Queue: offer() from any, the rest from one; create it after fork(). Sender and Limits
// belong to one thread; the sender waits for the DNS and for the transport. Limits: max_streams,
// Queue::max_waiting incidents. While the queue is full, what is offered is dropped and counted;
// the log tells when that begins and ends.
#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <dmarc/resolver.h>

#include "dns/lookup_session.h"
#include "failure/incident.h"
#include "failure/redaction.h"
#include "failure/report.h"
#include "log/event.h"
#include "policy/settings.h"
#include "sending/addresses.h"
#include "sending/consent.h"
#include "sending/transport.h"

namespace dmarc::failure {

/// Pairs of destination and Author Domain that are remembered; reports to further ones are held
/// back without being counted.
inline constexpr std::size_t max_streams = 10'000;

struct Rates {
  unsigned per_destination = 10;  ///< an hour
  unsigned in_all = 100;          ///< an hour
};

/// The reports to one mailbox about one domain.
struct Stream {
  std::string destination;
  std::string author;
  friend auto operator<=>(const Stream&, const Stream&) = default;
};

/// How many reports may go out in an hour, to one destination and in all (RFC 9991 section 2: a
/// limit is a MUST; section 8.1 "Denial of Service"), and how many messages the next report stands
/// for.
///
///   if (const auto incidents = limits.admit({"f@example.org", "example.com"}, rates, now)) ...
///
/// What was held back is counted for each destination and Author Domain, and the next report says
/// the number in its field Incidents. A destination may use up its hour at once; what it has used
/// comes back evenly.
class Limits {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How many messages the report stands for, which may go now; nothing when it is held back.
  std::optional<std::size_t> admit(const Stream& stream, const Rates& rates, Time now);
  /// A report that was not sent, for a reason other than these limits.
  void hold_back(const Stream& stream, std::size_t incidents, Time now);

 private:
  /// What has been sent of late, fading with time.
  struct Use {
    double reports = 0;
    Time since;
    double faded(unsigned an_hour, Time now) const;
  };
  struct Held {
    std::size_t count = 0;
    Time last;
  };
  void make_room(const Rates& rates, Time now);

  Use in_all_;
  std::map<std::string, Use> destinations_;
  std::map<Stream, Held> held_;
};

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
