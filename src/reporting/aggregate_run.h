// One run over the database: every aggregate report that is due goes to those who asked for it.
//
//   reporting::AggregateRun run(database, owner, settings, sender, resolver, observer);
//   run.resume();                                        // what earlier runs have left
//   for (const aggregate::Period& day : days) run.send(day, std::nullopt);
//
// Any number of hosts may do so at the same time: whoever claims a report first sends it
// (store/outbox.h). A delivery is marked as begun just before its last octets leave. If the sender
// dies after that, the delivery counts as made: better a report lost in that moment than reports
// that arrive twice.
//
// Ownership: everything given to the constructor must outlive the run. Threads: one. Throws
// store::Error.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dmarc/evaluate.h>
#include <dmarc/resolver.h>

#include "reporting/delivery.h"
#include "sending/consent.h"
#include "store/outbox.h"
#include "store/report_source.h"
#include "store/suppressions.h"

namespace dmarc::reporting {

/// Open reports of earlier days that one run takes up again.
inline constexpr std::size_t max_resumed = 10'000;

/// Policy domains of one organization that are reported on in a period. Who makes thousands of them
/// wants thousands of mails sent, to whatever the mail exchangers of his domains are (RPT-03).
inline constexpr std::size_t max_domains_of_organization = 200;

struct RunSettings {
  ReportFiles::Heading heading;  ///< without report_id and period
  std::size_t mail_size = default_mail_size;
  std::string work_folder;  ///< for files under way; a folder of the caller's own
  std::string keep_folder;  ///< on the same file system; empty: files are not kept
  bool dry_run = false;     ///< nothing is sent, and nothing written down
  Options evaluation;       ///< how Organizational Domains are found
  /// Why a domain's reports are not to be sent, or why nothing is to be sent to a mailbox; empty
  /// when there is no reason.
  std::function<std::string(const std::string& domain)> refuse_domain;
  std::function<std::string(const sending::ReportUri& target)> refuse_target;
  std::function<std::int64_t()> clock;
};

/// What became of one delivery, or would.
struct DeliveryNews {
  std::string destination;
  unsigned part = 1;
  store::DeliveryState state = store::DeliveryState::waiting;
  std::string answer;
};

struct ReportNews {
  enum class End {
    done,     ///< every delivery came to an end
    waiting,  ///< some will be tried again
    nobody,   ///< nobody is to get it
    lost,     ///< another host has taken over
    broken,   ///< it could not be made, for `reason`, and stays open
  };
  store::ReportKey key;
  std::string report_id;  ///< empty in a dry run
  End end = End::done;
  std::string reason;  ///< of `nobody`, when the domain itself is the reason, and of `broken`
  std::uint64_t messages = 0;
  std::uint64_t rows = 0;
  std::vector<DeliveryNews> deliveries;
  std::vector<std::string> files;  ///< that were kept
};

/// The work folder can't be used: one line for standard error. The report is left for later.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class AggregateRun {
 public:
  /// Told of each report when it is through.
  using Observer = std::function<void(const ReportNews&)>;

  /// `owner` must be unique to this process.
  AggregateRun(store::Database& database, std::string owner, RunSettings settings,
               ReportSender& sender, dns::AsyncResolver& resolver, Observer observer);

  /// What is still open of earlier periods.
  void resume();

  /// The reports on a period that has ended, or only that on one policy domain.
  void send(const aggregate::Period& period, const std::optional<std::string>& domain);

 private:
  /// A report in hand.
  struct Work;

  void consider(const history::PublishedPolicy& policy, const aggregate::Period& period,
                store::ReportSource& source);
  void report_on(Work& work);
  void preview(Work& work);
  void carry_out(Work& work);
  /// These return false once the lease is lost.
  bool send_to_all(Work& work);
  bool settle_interrupted(Work& work);
  bool drop_forsaken(Work& work);
  bool settle(Work& work, const std::string& destination, const sending::Outcome& outcome,
              store::DeliveryState state);
  bool deliver(Work& work, const sending::ReportUri& target, const ReportFile& file);
  bool record(Work& work, const store::Delivery& delivery, const sending::Outcome& outcome);

  std::vector<sending::Destination> find_destinations(const Work& work);
  bool is_one_too_many(const sending::Destination& destination, const Work& work);
  void write_files(Work& work);
  void keep_files(Work& work);
  void conclude(Work& work);
  std::int64_t now() const { return settings_.clock(); }

  store::Database& database_;
  store::Outbox outbox_;
  RunSettings settings_;
  ReportSender& sender_;
  dns::AsyncResolver& resolver_;
  Observer observer_;
  /// The policy domains reported on so far, for each period (its begin) and organization.
  std::map<std::pair<std::int64_t, dns::Name>, std::set<std::string>> reported_;
};

}  // namespace dmarc::reporting
