#include "store/outbox.h"

#include <array>

#include "base/ascii.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "store/bulk.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

/// Random octets in a report's identifier.
constexpr std::size_t id_octets = 16;

/// A time as SQL; NULL for 0.
std::string time(std::int64_t seconds, Engine engine) {
  return seconds == 0 ? "NULL" : from_seconds(std::to_string(seconds), engine);
}

/// A column as seconds; 0 for NULL.
std::string seconds(std::string_view column, Engine engine) {
  return "COALESCE(" + in_seconds(column, engine) + ", 0)";
}

std::string new_report_id() {
  return crypto::hex(crypto::random_octets(id_octets));
}

struct Stored {
  long long id = 0;
  std::string report_id;
  int state = 0;
  std::string owner;
  long long lease_end = 0;
  long long created = 0;
};

std::optional<Stored> find_report(Database& database, std::int64_t domain,
                                  const aggregate::Period& period) {
  const Engine engine = database.engine();
  const long long number = domain;
  Stored row;
  database.session() << "SELECT id, report_id, state, owner, " << seconds("lease_end", engine)
                     << ", " << seconds("created", engine)
                     << " FROM reports WHERE domain = :domain AND period_begin = "
                     << time(period.begin, engine)
                     << " AND period_end = " << time(period.end, engine),
      soci::into(row.id), soci::into(row.report_id), soci::into(row.state), soci::into(row.owner),
      soci::into(row.lease_end), soci::into(row.created), soci::use(number);
  if (!database.session().got_data()) return std::nullopt;
  return row;
}

void insert_report(Database& database, std::int64_t domain, const aggregate::Period& period,
                   std::int64_t now) {
  const Engine engine = database.engine();
  const long long number = domain;
  const std::string report_id = new_report_id();
  database.session() << "INSERT INTO reports (domain, period_begin, period_end, report_id, created)"
                        " VALUES (:domain, "
                     << time(period.begin, engine) << ", " << time(period.end, engine)
                     << ", :report_id, " << time(now, engine) << ")",
      soci::use(number), soci::use(report_id);
}

std::string delivery_columns(Engine engine) {
  return "SELECT id, destination, part, state, attempts, " + seconds("last_attempt", engine) +
         ", " + seconds("next_attempt", engine) + ", answer FROM deliveries ";
}

/// Fills a Delivery from delivery_columns().
class DeliveryRow {
 public:
  explicit DeliveryRow(soci::statement& query) {
    query.exchange(soci::into(id_));
    query.exchange(soci::into(destination_));
    query.exchange(soci::into(part_));
    query.exchange(soci::into(state_));
    query.exchange(soci::into(attempts_));
    query.exchange(soci::into(last_));
    query.exchange(soci::into(next_));
    query.exchange(soci::into(answer_));
  }

  Delivery value() const {
    return {.id = id_,
            .destination = destination_,
            .part = static_cast<unsigned>(part_),
            .state = static_cast<DeliveryState>(state_),
            .attempts = static_cast<unsigned>(attempts_),
            .last_attempt = last_,
            .next_attempt = next_,
            .answer = answer_};
  }

 private:
  long long id_ = 0;
  std::string destination_;
  int part_ = 0;
  int state_ = 0;
  int attempts_ = 0;
  long long last_ = 0;
  long long next_ = 0;
  std::string answer_;
};

}  // namespace

std::string cut_answer(std::string_view answer) {
  return base::printable(answer, max_answer).substr(0, max_answer);
}

std::string_view to_string(ReportState state) {
  constexpr std::array<std::string_view, 3> words{"open", "done", "nothing"};
  return words.at(static_cast<std::size_t>(state));
}

std::string_view to_string(DeliveryState state) {
  constexpr std::array<std::string_view, 5> words{"waiting", "sending", "sent", "failed",
                                                  "refused"};
  return words.at(static_cast<std::size_t>(state));
}

Outbox::Outbox(Database& database, std::string owner)
    : database_(database), owner_(std::move(owner)) {}

std::optional<Lease> Outbox::claim(const ReportKey& key, std::int64_t now) {
  return guarded([&]() -> std::optional<Lease> {
    Transaction transaction(database_);
    IdTable domains(database_, {.table = "domains", .name = "name"});
    const std::int64_t& domain = domains.want({0, key.domain});
    domains.resolve();
    auto row = find_report(database_, domain, key.period);
    if (!row) {
      insert_report(database_, domain, key.period, now);
      row = find_report(database_, domain, key.period).value();
    }
    if (row->state != static_cast<int>(ReportState::open)) return std::nullopt;
    if (row->lease_end > now && row->owner != owner_) return std::nullopt;
    const std::int64_t until = now + lease_seconds;
    database_.session() << "UPDATE reports SET owner = :owner, lease_end = "
                        << time(until, database_.engine()) << " WHERE id = :id",
        soci::use(owner_), soci::use(row->id);
    transaction.commit();
    return Lease{row->id, key, row->report_id, row->created, until};
  });
}

std::vector<ReportKey> Outbox::unfinished(std::int64_t now, std::size_t limit) {
  return guarded([&] {
    const Engine engine = database_.engine();
    ReportKey key;
    long long begin = 0;
    long long end = 0;
    soci::statement query =
        (database_.session().prepare
             << "SELECT d.name, " << seconds("r.period_begin", engine) << ", "
             << seconds("r.period_end", engine)
             << " FROM reports r JOIN domains d ON d.id = r.domain WHERE r.state = "
             << static_cast<int>(ReportState::open)
             << " AND (r.lease_end IS NULL OR r.lease_end <= " << time(now, engine)
             << ") ORDER BY r.period_begin, r.id LIMIT " << limit,
         soci::into(key.domain), soci::into(begin), soci::into(end));
    std::vector<ReportKey> keys;
    for (bool more = query.execute(true); more; more = query.fetch()) {
      key.period = {begin, end};
      keys.push_back(key);
    }
    return keys;
  });
}

bool Outbox::holds(const Lease& lease) {
  int count = 0;
  const long long id = lease.report;
  database_.session() << "SELECT COUNT(*) FROM reports WHERE id = :id AND owner = :owner "
                         "AND state = "
                      << static_cast<int>(ReportState::open),
      soci::into(count), soci::use(id), soci::use(owner_);
  return count == 1;
}

bool Outbox::with(Lease& lease, std::int64_t now, const std::function<void()>& work) {
  return guarded([&] {
    Transaction transaction(database_);
    if (!holds(lease)) return false;
    const long long id = lease.report;
    const std::int64_t until = now + lease_seconds;
    database_.session() << "UPDATE reports SET lease_end = " << time(until, database_.engine())
                        << " WHERE id = :id",
        soci::use(id);
    work();
    transaction.commit();
    lease.until = until;
    return true;
  });
}

bool Outbox::renew(Lease& lease, std::int64_t now) {
  return with(lease, now, [] {});
}

bool Outbox::describe(Lease& lease, std::uint64_t messages, std::uint64_t rows, std::int64_t now) {
  return with(lease, now, [&] {
    const long long id = lease.report;
    database_.session() << "UPDATE reports SET messages = " << messages << ", records = " << rows
                        << " WHERE id = :id",
        soci::use(id);
  });
}

bool Outbox::close(Lease& lease, ReportState state, std::int64_t now) {
  return with(lease, now, [&] {
    const long long id = lease.report;
    database_.session() << "UPDATE reports SET lease_end = NULL, state = "
                        << static_cast<int>(state) << " WHERE id = :id",
        soci::use(id);
  });
}

std::vector<Delivery> Outbox::deliveries(std::int64_t report) {
  return guarded([&] {
    const long long id = report;
    soci::statement query(database_.session());
    const DeliveryRow row(query);
    query.exchange(soci::use(id));
    query.alloc();
    query.prepare(delivery_columns(database_.engine()) + "WHERE report = :report ORDER BY id");
    query.define_and_bind();
    std::vector<Delivery> list;
    for (bool more = query.execute(true); more; more = query.fetch())
      list.push_back(row.value());
    return list;
  });
}

std::optional<Delivery> Outbox::begin(Lease& lease, const std::string& destination, unsigned part,
                                      std::int64_t now) {
  std::optional<Delivery> begun;
  const bool held = with(lease, now, [&] {
    soci::session& session = database_.session();
    const long long report = lease.report;
    const std::string hash = crypto::hex(crypto::sha256(destination));
    session << "INSERT INTO deliveries (report, part, digest, destination) VALUES (:report, "
            << part << ", :digest, :destination)" << or_ignore(database_.engine()),
        soci::use(report), soci::use(hash), soci::use(destination);
    for (const Delivery& delivery : deliveries(lease.report)) {
      if (delivery.part != part || delivery.destination != destination) continue;
      if (delivery.state != DeliveryState::waiting && delivery.state != DeliveryState::sending)
        continue;
      begun = delivery;
      begun->state = DeliveryState::sending;
      begun->last_attempt = now;
      ++begun->attempts;
      session << "UPDATE deliveries SET state = " << static_cast<int>(DeliveryState::sending)
              << ", attempts = attempts + 1, last_attempt = " << time(now, database_.engine())
              << " WHERE id = " << delivery.id;
    }
  });
  return held ? begun : std::nullopt;
}

bool Outbox::record(Lease& lease, const Delivery& delivery, const DeliveryResult& result,
                    std::int64_t now) {
  return with(lease, now, [&] {
    const std::string answer = cut_answer(result.answer);
    database_.session() << "UPDATE deliveries SET state = " << static_cast<int>(result.state)
                        << ", next_attempt = " << time(result.next_attempt, database_.engine())
                        << ", answer = :answer WHERE id = " << delivery.id,
        soci::use(answer);
  });
}

}  // namespace dmarc::store
