// The aggregate reports that arrived, and what they say together.
//
//   store::ReceivedReports reports(database);
//   reports.add(report, now);                       // false: it is there already
//   const auto total = reports.total({.domain = "example.org", .since = now - 30 * 86'400});
//   for (const auto& sender : reports.senders(filter, 50)) ...
//
// A report is known by reporter, report id and policy domain; it is stored in one transaction.
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "receiving/report.h"
#include "store/database.h"

namespace dmarc::store {

/// Which reports count.
struct ReceivedFilter {
  std::string domain = {};  ///< that of the policy or of From; empty for all
  std::int64_t since = 0;   ///< periods that end later
};

/// Numbers of messages.
struct ReceivedCounts {
  std::uint64_t messages = 0;
  std::uint64_t pass = 0;  ///< by DKIM or SPF, aligned
  std::uint64_t dkim_pass = 0;
  std::uint64_t spf_pass = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t rejected = 0;
  std::uint64_t overridden = 0;  ///< not handled as the policy asks
};

struct ReceivedTotal {
  std::uint64_t reports = 0;
  std::uint64_t reporters = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  ReceivedCounts counts;
};

/// A host that sends mail from a domain.
struct ReceivedSender {
  std::string source;  ///< an address; empty if the reports had none
  std::string header_from;
  ReceivedCounts counts;
  /// Without any result of that method.
  std::uint64_t without_dkim = 0;
  std::uint64_t without_spf = 0;
};

struct ReceivedResult {
  receiving::AuthMethod method = receiving::AuthMethod::dkim;
  std::string domain;
  std::string selector;
  receiving::AuthResult result = receiving::AuthResult::unknown;
  /// What DMARC made of the method for these messages.
  receiving::Evaluation evaluation = receiving::Evaluation::unknown;
  std::uint64_t messages = 0;
};

struct ReceivedReason {
  receiving::Override type = receiving::Override::unknown;
  std::string comment;
  std::uint64_t messages = 0;
};

class ReceivedReports {
 public:
  explicit ReceivedReports(Database& database) : database_(database) {}

  /// False when it is there already; then nothing changes.
  bool add(const receiving::Report& report, std::int64_t now);
  bool knows(const receiving::Report& report);

  ReceivedTotal total(const ReceivedFilter& filter);
  /// Those with most messages first.
  std::vector<ReceivedSender> senders(const ReceivedFilter& filter, std::size_t limit);
  /// Of one of them.
  std::vector<ReceivedResult> results(const ReceivedFilter& filter, const ReceivedSender& sender,
                                      std::size_t limit);
  std::vector<ReceivedReason> reasons(const ReceivedFilter& filter, const ReceivedSender& sender,
                                      std::size_t limit);

  /// Deletes the reports whose period ended by then; returns how many.
  std::uint64_t expire(std::int64_t before);

 private:
  long long find(const receiving::Report& report);
  void insert_rows(const receiving::Report& report, long long number);

  Database& database_;
};

}  // namespace dmarc::store
