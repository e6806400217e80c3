#include "store/expire.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "store/sql.h"

namespace dmarc::store {
namespace {

constexpr std::int64_t slice_seconds = 86'400;

/// Tables with rows that belong to a message.
constexpr std::array<std::string_view, 3> details{"signatures", "arcauthresults", "arcseals"};

struct Reference {
  std::string_view table;
  std::string_view column;
};

constexpr std::array domain_references{
    Reference{"messages", "from_domain"},   Reference{"messages", "env_domain"},
    Reference{"messages", "policy_domain"}, Reference{"signatures", "domain"},
    Reference{"arcseals", "domain"},        Reference{"requests", "domain"},
    Reference{"policies", "domain"},        Reference{"reports", "domain"},
    Reference{"selectors", "domain"},       Reference{"messages", "helo"}};
constexpr std::array selector_references{Reference{"signatures", "selector"},
                                         Reference{"arcseals", "selector"}};
constexpr std::array address_references{Reference{"messages", "ip"}};
constexpr std::array reporter_references{Reference{"messages", "reporter"}};
constexpr std::array reason_references{Reference{"messages", "reason"},
                                       Reference{"signatures", "reason"}};
constexpr std::array policy_references{Reference{"messages", "published"}};

struct Names {
  std::string_view table;
  std::span<const Reference> references;
};

/// In an order in which nothing is left that an earlier one still referred to.
constexpr std::array names{
    Names{"policies", policy_references},    Names{"selectors", selector_references},
    Names{"domains", domain_references},     Names{"ipaddr", address_references},
    Names{"reporters", reporter_references}, Names{"reasons", reason_references}};

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

class Deletion {
 public:
  explicit Deletion(Database& database) : database_(database) {}

  const Counts& counts() const { return counts_; }

  void remove(std::string_view table, const std::string& condition) {
    run(table, "DELETE FROM " + std::string(table) + " WHERE " + condition);
  }

  /// The rows of a table that belong to messages up to a time, which is SQL.
  void remove_details(std::string_view table, const std::string& time) {
    const std::string name(table);
    // MariaDB would go through the whole table for the usual form.
    if (database_.engine() == Engine::mariadb)
      run(table, "DELETE t FROM " + name +
                     " t JOIN messages m ON m.id = t.message WHERE m.date <= " + time);
    else
      remove(table, "message IN (SELECT id FROM messages WHERE date <= " + time + ")");
  }

 private:
  void run(std::string_view table, const std::string& text) {
    soci::statement statement = (database_.session().prepare << text);
    statement.execute(true);
    counts_[std::string(table)] +=
        static_cast<std::uint64_t>(std::max(0LL, statement.get_affected_rows()));
  }

  Database& database_;
  Counts counts_;
};

/// Nothing when there are no messages.
std::optional<std::int64_t> oldest_message(Database& database) {
  long long time = 0;
  int count = 0;
  database.session() << "SELECT COALESCE(MIN(" << in_seconds("date", database.engine())
                     << "), 0), COUNT(date) FROM (SELECT date FROM messages ORDER BY date LIMIT 1) "
                        "oldest",
      soci::into(time), soci::into(count);
  if (count == 0) return std::nullopt;
  return time;
}

void expire_messages(Database& database, std::int64_t before, Deletion& deletion) {
  for (auto oldest = oldest_message(database); oldest && *oldest <= before;
       oldest = oldest_message(database)) {
    const std::string time =
        from_seconds(std::to_string(std::min(before, *oldest + slice_seconds)), database.engine());
    Transaction transaction(database);
    for (const std::string_view table : details)
      deletion.remove_details(table, time);
    deletion.remove("messages", "date <= " + time);
    transaction.commit();
  }
}

void expire_reports(Database& database, const Expiry& expiry, Deletion& deletion) {
  const std::string before = from_seconds(std::to_string(expiry.before), database.engine());
  const std::string now = from_seconds(std::to_string(expiry.now), database.engine());
  Transaction transaction(database);
  deletion.remove("requests", "locked = 0 AND lastsent IS NOT NULL AND lastsent <= " + before);
  deletion.remove("deliveries",
                  "report IN (SELECT id FROM reports WHERE period_end <= " + before + ")");
  deletion.remove("reports", "period_end <= " + before);
  deletion.remove("suppressions", "expires IS NOT NULL AND expires <= " + now);
  transaction.commit();
}

void expire_names(Database& database, Deletion& deletion) {
  for (const Names& unused : names) {
    std::string condition;
    for (const Reference& reference : unused.references) {
      condition += condition.empty() ? "" : " AND ";
      condition += "NOT EXISTS (SELECT 1 FROM ";
      condition.append(reference.table).append(" r WHERE r.").append(reference.column);
      condition.append(" = ").append(unused.table).append(".id)");
    }
    Transaction transaction(database);
    deletion.remove(unused.table, condition);
    transaction.commit();
  }
}

}  // namespace

void expire(Database& database, const Expiry& expiry,
            const std::function<void(std::string_view table, std::uint64_t rows)>& deleted) {
  Deletion deletion(database);
  guarded([&] {
    expire_messages(database, expiry.before, deletion);
    expire_reports(database, expiry, deletion);
    if (expiry.all_tables) expire_names(database, deletion);
  });
  for (const auto& [table, rows] : deletion.counts())
    deleted(table, rows);
}

}  // namespace dmarc::store
