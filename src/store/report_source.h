// What the store knows of a period, in the shape of aggregate reports.
//
//   store::ReportSource source(database, {begin, end}, {});
//   while (const auto policy = source.next_domain()) {
//     store::RowCursor rows = source.rows();               // of that domain
//     while (const auto row = rows.next()) writer.add(*row);
//   }
//
// The constructor rolls the period's messages up into two temporary tables of the database:
//
//   report_rows       one row for each row of a report, that is, for each combination of source,
//                     results and identities (RFC 9990 section 3.1.1.5 "Records"), numbered in the
//                     order of the reports
//   report_policies   which policies were seen for each DMARC Policy Domain, and when last
//
// Both cursors fetch pages of page_rows rows and hold no more than that, whatever the size of the
// period. rows() may be called again to read the domain's rows a second time; the order is the same
// each time: by source address, then From domain.
//
// Ownership: the database must outlive the source, and the source its cursors. One source at a time
// for a connection. Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aggregate/period.h"
#include "aggregate/row.h"
#include "history/entry.h"
#include "store/bulk.h"
#include "store/database.h"

namespace dmarc::store {

/// What a report needs of memory at a time: some 300 octets a row.
inline constexpr std::size_t page_rows = 1000;

class ReportSource;

class RowCursor {
 public:
  std::optional<aggregate::Row> next();

 private:
  friend class ReportSource;
  explicit RowCursor(ReportSource& source) : source_(&source) {}

  void fetch();

  ReportSource* source_;
  std::deque<aggregate::Row> page_;
  std::int64_t last_ = 0;  ///< the row of the roll-up that was read last
};

class ReportSource {
 public:
  /// `domain`: only this DMARC Policy Domain.
  ReportSource(Database& database, const aggregate::Period& period,
               const std::optional<std::string>& domain);
  ~ReportSource();
  ReportSource(const ReportSource&) = delete;
  ReportSource& operator=(const ReportSource&) = delete;

  /// The next DMARC Policy Domain that has messages in the period, with what its record said last;
  /// also those without a rua. A rua list that was fixed with "dmarcctl params" stands in for the
  /// published one. Valid until the next call.
  const history::PublishedPolicy* next_domain();

  /// Sets requests.lastsent for the domain that next_domain() returned last and for its From
  /// domains, as OpenDMARC does when it has sent a report; `time` is the period's end.
  void mark_sent(std::int64_t time);

  /// The rows of that domain.
  RowCursor rows() { return RowCursor(*this); }

 private:
  friend class RowCursor;

  void read_published(std::int64_t policy);
  void read_requested();
  void read_fixed_rua();
  std::vector<history::DkimSignature> signatures(std::string_view numbers);

  Database& database_;
  NamesById domains_;
  NamesById selectors_;
  NamesById reasons_;
  std::int64_t current_ = 0;
  history::PublishedPolicy policy_;
};

}  // namespace dmarc::store
