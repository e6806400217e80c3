#include "store/requests.h"

#include "store/dialect.h"
#include "store/id_table.h"
#include "store/soci.h"
#include "store/transaction.h"

namespace dmarc::store {
namespace {

void update(Database& database, const std::string& domain, const std::string& assignments,
            const std::string& value) {
  guarded([&] {
    Transaction transaction(database);
    IdTable domains(database, {.table = "domains", .name = "name"});
    const std::int64_t& place = domains.want({0, domain});
    domains.resolve();
    const long long number = place;
    database.session() << "INSERT INTO requests (domain) VALUES (:domain)"
                       << or_ignore(database.engine()),
        soci::use(number);
    database.session() << "UPDATE requests SET " << assignments << " WHERE domain = :domain",
        soci::use(value), soci::use(number);
    transaction.commit();
  });
}

}  // namespace

void fix_rua(Database& database, const std::string& domain, const std::string& uris) {
  update(database, domain, "locked = 1, repuri = :uris", uris);
}

void release_rua(Database& database, const std::string& domain) {
  update(database, domain, "locked = :no", "0");
}

}  // namespace dmarc::store
