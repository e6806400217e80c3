#include "store/suppressions.h"

#include "base/ascii.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

std::vector<Suppression> query_rows(Database& database, const std::string& condition,
                                    const std::string& address, const std::string& domain,
                                    std::int64_t now) {
  const Engine engine = database.engine();
  Suppression row;
  long long added = 0;
  long long expires = 0;
  soci::statement query =
      (database.session().prepare << "SELECT address, COALESCE(reason, ''), "
                                  << in_seconds("added", engine) << ", COALESCE("
                                  << in_seconds("expires", engine)
                                  << ", 0) FROM suppressions WHERE (expires IS NULL OR expires > "
                                  << from_seconds(std::to_string(now), engine) << ") AND "
                                  << condition << " ORDER BY address",
       soci::into(row.address), soci::into(row.reason), soci::into(added), soci::into(expires),
       soci::use(address), soci::use(domain));
  std::vector<Suppression> list;
  for (bool more = query.execute(true); more; more = query.fetch()) {
    row.added = added;
    row.expires = expires == 0 ? std::nullopt : std::optional<std::int64_t>(expires);
    list.push_back(row);
  }
  return list;
}

}  // namespace

std::optional<Suppression> Suppressions::match(const std::string& address, std::int64_t now) {
  return guarded([&]() -> std::optional<Suppression> {
    const std::string whole = base::lower(address);
    const std::string domain = whole.substr(whole.rfind('@') + 1);
    const auto found =
        query_rows(database_, "LOWER(address) IN (:whole, :domain)", whole, domain, now);
    if (found.empty()) return std::nullopt;
    return found.front();
  });
}

void Suppressions::add(const Suppression& suppression) {
  guarded([&] {
    const Engine engine = database_.engine();
    const std::string address = base::lower(suppression.address);
    const std::string expires =
        suppression.expires ? from_seconds(std::to_string(*suppression.expires), engine) : "NULL";
    Transaction transaction(database_);
    database_.session() << "DELETE FROM suppressions WHERE LOWER(address) = :address",
        soci::use(address);
    database_.session() << "INSERT INTO suppressions (address, reason, added, expires) "
                           "VALUES (:address, :reason, "
                        << from_seconds(std::to_string(suppression.added), engine) << ", "
                        << expires << ")",
        soci::use(address), soci::use(suppression.reason);
    transaction.commit();
  });
}

bool Suppressions::remove(const std::string& address) {
  return guarded([&] {
    const std::string lower = base::lower(address);
    int count = 0;
    Transaction transaction(database_);
    database_.session() << "SELECT COUNT(*) FROM suppressions WHERE LOWER(address) = :address",
        soci::into(count), soci::use(lower);
    database_.session() << "DELETE FROM suppressions WHERE LOWER(address) = :address",
        soci::use(lower);
    transaction.commit();
    return count > 0;
  });
}

std::vector<Suppression> Suppressions::list(std::int64_t now) {
  return guarded([&] { return query_rows(database_, "(:all = :same)", "", "", now); });
}

}  // namespace dmarc::store
