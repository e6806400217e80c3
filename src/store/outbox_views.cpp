// What "dmarcctl reports" shows of the outbox, and what it and "dmarcctl bounce" change.

#include "store/outbox.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

std::vector<ReportSummary> summaries(Database& database, const std::string& condition,
                                     const std::string& value, std::size_t limit) {
  const Engine engine = database.engine();
  ReportSummary row;
  long long id = 0;
  long long begin = 0;
  long long end = 0;
  long long created = 0;
  long long messages = 0;
  long long records = 0;
  int state = 0;
  soci::statement query =
      (database.session().prepare
           << "SELECT r.id, d.name, " << in_seconds("r.period_begin", engine) << ", "
           << in_seconds("r.period_end", engine) << ", r.report_id, r.state, r.owner, "
           << in_seconds("r.created", engine)
           << ", r.messages, r.records FROM reports r JOIN domains d ON d.id = r.domain WHERE "
           << condition << " = :value ORDER BY r.period_begin DESC, d.name LIMIT " << limit,
       soci::into(id), soci::into(row.key.domain), soci::into(begin), soci::into(end),
       soci::into(row.report_id), soci::into(state), soci::into(row.owner), soci::into(created),
       soci::into(messages), soci::into(records), soci::use(value));
  std::vector<ReportSummary> list;
  for (bool more = query.execute(true); more; more = query.fetch()) {
    row.report = id;
    row.key.period = {begin, end};
    row.state = static_cast<ReportState>(state);
    row.created = created;
    row.messages = static_cast<std::uint64_t>(messages);
    row.rows = static_cast<std::uint64_t>(records);
    list.push_back(row);
  }
  return list;
}

}  // namespace

std::vector<ReportSummary> Outbox::list(const std::optional<std::string>& domain,
                                        std::size_t limit) {
  return guarded([&] {
    auto list = domain ? summaries(database_, "d.name", *domain, limit)
                       : summaries(database_, "''", "", limit);
    for (ReportSummary& report : list)
      report.deliveries = deliveries(report.report);
    return list;
  });
}

std::optional<ReportSummary> Outbox::find(const std::string& report_id) {
  return guarded([&]() -> std::optional<ReportSummary> {
    auto list = summaries(database_, "r.report_id", report_id, 1);
    if (list.empty()) return std::nullopt;
    list.front().deliveries = deliveries(list.front().report);
    return std::move(list.front());
  });
}

bool Outbox::reopen(const std::string& report_id, std::int64_t now, Again which) {
  return guarded([&] {
    const Engine engine = database_.engine();
    Transaction transaction(database_);
    long long id = 0;
    database_.session() << "SELECT id FROM reports WHERE report_id = :report_id AND "
                           "(state <> "
                        << static_cast<int>(ReportState::open)
                        << " OR lease_end IS NULL OR lease_end <= "
                        << from_seconds(std::to_string(now), engine) << ")",
        soci::into(id), soci::use(report_id);
    if (!database_.session().got_data()) return false;
    database_.session() << "UPDATE reports SET state = " << static_cast<int>(ReportState::open)
                        << ", lease_end = NULL, created = "
                        << from_seconds(std::to_string(now), engine) << " WHERE id = " << id;
    database_.session() << "UPDATE deliveries SET state = "
                        << static_cast<int>(DeliveryState::waiting)
                        << ", next_attempt = NULL WHERE report = " << id << " AND state "
                        << (which == Again::failed_only ? "= " : "<> ")
                        << static_cast<int>(which == Again::failed_only ? DeliveryState::failed
                                                                        : DeliveryState::refused);
    transaction.commit();
    return true;
  });
}

bool Outbox::bounced(const std::string& report_id, const std::string& destination,
                     DeliveryState state, const std::string& answer) {
  const auto report = find(report_id);
  if (!report) return false;
  return guarded([&] {
    bool any = false;
    const std::string text = cut_answer(answer);
    for (const Delivery& delivery : report->deliveries) {
      if (delivery.destination != destination || delivery.state != DeliveryState::sent) continue;
      database_.session() << "UPDATE deliveries SET state = " << static_cast<int>(state)
                          << ", answer = :answer WHERE id = " << delivery.id,
          soci::use(text);
      any = true;
    }
    return any;
  });
}

}  // namespace dmarc::store
