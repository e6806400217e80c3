// Which reports are to be sent, are being sent and were sent, by hosts that share one database.
//
//   store::Outbox outbox(database, "mx1.example.net:4711:5f3a9c");
//   if (auto lease = outbox.claim({"example.org", period}, now)) {
//     const auto attempt = outbox.begin(*lease, "mailto:dmarc@example.org", 1, now);
//     ... send ...
//     outbox.record(*lease, *attempt, {.state = store::DeliveryState::sent, ...}, now);
//     outbox.close(*lease, store::ReportState::done, now);
//   }
//
// A report is one policy domain's report on one period. Whoever claims it holds it until the lease
// ends; it is renewed by every call that takes it, and such a call fails (returns false or nothing)
// once another host has taken over. Times are seconds since 1970 by the caller's clock, so clocks
// of a fleet must agree to well within a lease.
//
// A delivery is marked `sending` before its first octet leaves. A host that takes over a report
// finds what its predecessor left: a delivery that is still `sending` may or may not have arrived,
// and only the caller can decide which mistake is the lesser.
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/period.h"
#include "store/database.h"

namespace dmarc::store {

/// Ample for one step (a delivery) of a live sender; a dead one's reports wait this long.
inline constexpr std::int64_t lease_seconds = 15 * 60;

enum class ReportState : std::uint8_t {
  open = 0,     ///< not finished: may be claimed
  done = 1,     ///< every delivery is sent or has failed for good
  nothing = 2,  ///< there was nobody to send it to
};
std::string_view to_string(ReportState state);

enum class DeliveryState : std::uint8_t {
  waiting = 0,  ///< to be tried (again) at next_attempt
  sending = 1,
  sent = 2,
  failed = 3,   ///< for good
  refused = 4,  ///< not to be sent: destination not verified, suppressed, on the NoReportsList
};
std::string_view to_string(DeliveryState state);

struct ReportKey {
  std::string domain;
  aggregate::Period period;
};

/// The right to send one report.
struct Lease {
  std::int64_t report = 0;
  ReportKey key;
  /// [a-z0-9], unique, made at the first claim and the same ever after (RFC 9990 section 3.5.2).
  std::string report_id;
  std::int64_t created = 0;  ///< of the first claim; when it was opened again, of that
  std::int64_t until = 0;
};

struct Delivery {
  std::int64_t id = 0;
  std::string destination;  ///< the URI
  unsigned part = 1;        ///< of a report that was split by size
  DeliveryState state = DeliveryState::waiting;
  unsigned attempts = 0;
  std::int64_t last_attempt = 0;
  std::int64_t next_attempt = 0;
  std::string answer;  ///< of the server, or why not; see cut_answer()
};

/// What is kept of an answer.
inline constexpr std::size_t max_answer = 255;
std::string cut_answer(std::string_view answer);

struct DeliveryResult {
  DeliveryState state = DeliveryState::sent;
  std::string answer = {};
  std::int64_t next_attempt = 0;  ///< for `waiting`
};

struct ReportSummary {
  std::int64_t report = 0;
  ReportKey key;
  std::string report_id;
  ReportState state = ReportState::open;
  std::string owner;  ///< who has claimed it last
  std::int64_t created = 0;
  std::uint64_t messages = 0;
  std::uint64_t rows = 0;
  std::vector<Delivery> deliveries;
};

class Outbox {
 public:
  /// `owner` must be unique to this process.
  Outbox(Database& database, std::string owner);

  /// Nothing when another host holds it, or when it is finished.
  std::optional<Lease> claim(const ReportKey& key, std::int64_t now);
  /// Periods older than the present one whose reports are still open and not held by a live sender:
  /// the work that an outage left, oldest first. At most `limit`.
  std::vector<ReportKey> unfinished(std::int64_t now, std::size_t limit);

  bool renew(Lease& lease, std::int64_t now);
  /// What the report consists of, for "dmarcctl reports".
  bool describe(Lease& lease, std::uint64_t messages, std::uint64_t rows, std::int64_t now);
  /// Ends the lease. `open` gives it back with work left to do; see ReportSource::mark_sent() too.
  bool close(Lease& lease, ReportState state, std::int64_t now);

  /// Of a report, held or not.
  std::vector<Delivery> deliveries(std::int64_t report);
  /// Marks a delivery as `sending`, made if need be, and counts the attempt. Nothing when the lease
  /// is lost, or the delivery has come to its end.
  std::optional<Delivery> begin(Lease& lease, const std::string& destination, unsigned part,
                                std::int64_t now);
  bool record(Lease& lease, const Delivery& delivery, const DeliveryResult& result,
              std::int64_t now);

  /// Newest first, of one policy domain or of all.
  std::vector<ReportSummary> list(const std::optional<std::string>& domain, std::size_t limit);
  std::optional<ReportSummary> find(const std::string& report_id);
  /// Which deliveries are to be made once more.
  enum class Again { all_not_refused, failed_only };
  /// Opens a finished report again: such deliveries wait once more. False when there is no such
  /// report or a live sender has it.
  bool reopen(const std::string& report_id, std::int64_t now, Again which = Again::all_not_refused);
  /// A bounce has come back: the destination's deliveries that were `sent` get this state and
  /// answer. False when there were none.
  bool bounced(const std::string& report_id, const std::string& destination, DeliveryState state,
               const std::string& answer);

 private:
  bool holds(const Lease& lease);
  /// Runs `work` in a transaction, if the lease is held still, and renews it.
  bool with(Lease& lease, std::int64_t now, const std::function<void()>& work);

  Database& database_;
  std::string owner_;
};

}  // namespace dmarc::store
