#include "store/received_reports.h"

#include <algorithm>

#include "base/ascii.h"
#include "store/bulk.h"
#include "store/received_tables.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

/// As it is kept: printable ASCII, cut.
std::string kept(std::string_view text, std::size_t limit = max_received_name) {
  return base::printable(text, limit).substr(0, limit);
}

std::string kept_comment(std::string_view text) {
  return kept(text, max_received_comment);
}

template <typename Enum>
int code_of(Enum value) {
  return static_cast<int>(value);
}

/// 0 for what was not said.
template <typename Enum>
int code_of(const std::optional<Enum>& value) {
  return value ? static_cast<int>(*value) + 1 : 0;
}

}  // namespace

long long ReceivedReports::find(const receiving::Report& report) {
  const std::string reporter = kept(report.reporter());
  const std::string report_id = kept(report.report_id);
  const std::string domain = kept(report.policy.domain);
  long long number = 0;
  soci::statement query =
      (database_.session().prepare << "SELECT id FROM received_reports WHERE reporter = :reporter "
                                      "AND report_id = :report AND domain = :domain",
       soci::into(number), soci::use(reporter), soci::use(report_id), soci::use(domain));
  return query.execute(true) ? number : 0;
}

bool ReceivedReports::knows(const receiving::Report& report) {
  return guarded([&] { return find(report) != 0; });
}

bool ReceivedReports::add(const receiving::Report& report, std::int64_t now) {
  return guarded([&] {
    Transaction transaction(database_);
    if (find(report) != 0) return false;
    using Kind = BulkInsert::Kind;
    BulkInsert reports(database_, received_reports_table.name,
                       {{"reporter", Kind::text},
                        {"report_id", Kind::text},
                        {"domain", Kind::text},
                        {"org_name", Kind::text},
                        {"email", Kind::text},
                        {"period_begin", Kind::seconds},
                        {"period_end", Kind::seconds},
                        {"p"},
                        {"sp"},
                        {"np"},
                        {"adkim"},
                        {"aspf"},
                        {"testing"},
                        {"messages"},
                        {"records"},
                        {"received", Kind::seconds}});
    const receiving::PublishedPolicy& policy = report.policy;
    reports.add({kept(report.reporter()), kept(report.report_id), kept(policy.domain),
                 kept(report.org_name), kept(report.email), report.begin, report.end,
                 code_of(policy.p), code_of(policy.sp), code_of(policy.np), code_of(policy.adkim),
                 code_of(policy.aspf), code_of(policy.testing),
                 static_cast<std::int64_t>(report.messages()),
                 static_cast<std::int64_t>(report.rows.size()), now});
    reports.flush();
    insert_rows(report, find(report));
    transaction.commit();
    return true;
  });
}

void ReceivedReports::insert_rows(const receiving::Report& report, long long number) {
  using Kind = BulkInsert::Kind;
  BulkInsert rows(database_, received_rows_table.name,
                  {{"report"},
                   {"ordinal"},
                   {"source", Kind::text},
                   {"messages"},
                   {"disposition"},
                   {"dkim"},
                   {"spf"},
                   {"header_from", Kind::text},
                   {"envelope_from", Kind::text},
                   {"envelope_to", Kind::text}});
  BulkInsert results(database_, received_results_table.name,
                     {{"report"},
                      {"ordinal"},
                      {"method"},
                      {"domain", Kind::text},
                      {"selector", Kind::text},
                      {"scope"},
                      {"result"},
                      {"comment", Kind::text}});
  BulkInsert reasons(database_, received_reasons_table.name,
                     {{"report"}, {"ordinal"}, {"type"}, {"comment", Kind::text}});
  std::int64_t ordinal = 0;
  for (const receiving::Row& row : report.rows) {
    ++ordinal;
    rows.add({number, ordinal, row.source ? row.source->text() : std::string(),
              static_cast<std::int64_t>(row.count), code_of(row.disposition), code_of(row.dkim),
              code_of(row.spf), kept(row.header_from), kept(row.envelope_from),
              kept(row.envelope_to)});
    for (const receiving::AuthDetail& detail : row.results) {
      results.add({number, ordinal, code_of(detail.method), kept(detail.domain),
                   kept(detail.selector), code_of(detail.scope), code_of(detail.result),
                   kept_comment(detail.comment)});
    }
    for (const receiving::Reason& reason : row.reasons)
      reasons.add({number, ordinal, code_of(reason.type), kept_comment(reason.comment)});
  }
  rows.flush();
  results.flush();
  reasons.flush();
}

std::uint64_t ReceivedReports::expire(std::int64_t before) {
  return guarded([&] {
    const std::string old =
        "period_end <= " + from_seconds(std::to_string(before), database_.engine());
    Transaction transaction(database_);
    for (const Table& table :
         {received_reasons_table, received_results_table, received_rows_table}) {
      database_.session() << "DELETE FROM " << table.name
                          << " WHERE report IN (SELECT id FROM received_reports WHERE " << old
                          << ")";
    }
    soci::statement statement =
        (database_.session().prepare << "DELETE FROM received_reports WHERE " << old);
    statement.execute(true);
    transaction.commit();
    return static_cast<std::uint64_t>(std::max(0LL, statement.get_affected_rows()));
  });
}

}  // namespace dmarc::store
