#include "store/policies.h"

#include <limits>

#include "crypto/digest.h"
#include "store/bulk.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

using history::PublishedPolicy;

/// A row of `policies`, without its number and digest.
struct Row {
  Row(const PublishedPolicy& policy, std::int64_t domain_id)
      : domain(domain_id),
        adkim(history::code(policy.adkim)),
        aspf(history::code(policy.aspf)),
        p(history::code(policy.p)),
        sp(history::code(policy.sp)),
        np(history::code(policy.np)),
        fo(history::code(policy.fo)),
        testing(history::testing_code(policy.testing)),
        psd(history::code(policy.psd)),
        discovery(history::code(policy.discovery)),
        rua(join_uris(policy.rua, std::numeric_limits<std::size_t>::max())) {}

  long long domain;
  int adkim, aspf, p, sp, np, fo, testing, psd, discovery;
  std::string rua;
};

/// All that is in a row, as one text. The digests in existing databases are made of it, so it must
/// not change.
void write_key(const PublishedPolicy& policy, std::int64_t domain, std::string& key) {
  key = std::to_string(domain);
  for (const std::optional<Policy>& value : {policy.p, policy.sp, policy.np})
    key.append(1, ' ').append(value ? to_string(*value) : "-");
  key.append(1, ' ').append(to_string(policy.adkim));
  key.append(1, ' ').append(to_string(policy.aspf));
  key.append(1, ' ').append(to_string(policy.fo));
  key.append(!policy.testing ? " - " : *policy.testing ? " y " : " n ");
  key.append(to_string(policy.psd));
  key.append(!policy.discovery                           ? " -"
             : *policy.discovery == DiscoveryMethod::psl ? " psl"
                                                         : " treewalk");
  for (const std::string& uri : policy.rua)
    key.append(1, ' ').append(uri);
}

std::int64_t find(soci::session& session, const std::string& digest) {
  long long id = 0;
  session << "SELECT id FROM policies WHERE digest = :digest", soci::into(id), soci::use(digest);
  return id;
}

void insert(Database& database, const Row& row, const std::string& digest) {
  database.session() << "INSERT INTO policies (digest, domain, adkim, aspf, p, sp, np, fo, testing,"
                        " psd, discovery, rua) VALUES (:digest, :domain, :adkim, :aspf, :p, :sp,"
                        " :np, :fo, :testing, :psd, :discovery, :rua)"
                     << or_ignore(database.engine()),
      soci::use(digest), soci::use(row.domain), soci::use(row.adkim), soci::use(row.aspf),
      soci::use(row.p), soci::use(row.sp), soci::use(row.np), soci::use(row.fo),
      soci::use(row.testing), soci::use(row.psd), soci::use(row.discovery), soci::use(row.rua);
}

}  // namespace

std::string join_uris(const std::vector<std::string>& uris, std::size_t limit) {
  std::string text;
  for (const std::string& uri : uris) {
    const std::size_t size = text.size() + uri.size() + (text.empty() ? 0 : 1);
    if (size > limit) continue;
    if (!text.empty()) text += ',';
    text += uri;
  }
  return text;
}

std::int64_t PolicyTable::id(const PublishedPolicy& policy, std::int64_t domain) {
  write_key(policy, domain, key_);
  if (const auto known = ids_.find(key_); known != ids_.end()) return known->second;
  return guarded([&] {
    const std::string hash = crypto::hex(crypto::sha256(key_));
    std::int64_t id = find(database_.session(), hash);
    if (id == 0) {
      insert(database_, Row(policy, domain), hash);
      id = find(database_.session(), hash);
    }
    ids_.emplace(key_, id);
    return id;
  });
}

void PolicyTable::request(std::int64_t from_domain, const history::Entry& entry,
                          std::int64_t policy_id) {
  std::int64_t& known = requested_[from_domain];
  if (known == policy_id) return;
  known = policy_id;
  const Row row(entry.published, 0);
  const std::string uris = join_uris(entry.published.rua, max_repuri);
  const long long domain = from_domain;
  guarded([&] {
    database_.session() << "INSERT INTO requests (domain) VALUES (:domain)"
                        << or_ignore(database_.engine()),
        soci::use(domain);
    database_.session()
        << "UPDATE requests SET repuri = :repuri, adkim = :adkim, aspf = :aspf, policy = :p, "
           "spolicy = :sp, pct = :pct, fo = :fo WHERE domain = :domain AND locked = 0",
        soci::use(uris), soci::use(row.adkim), soci::use(row.aspf), soci::use(row.p),
        soci::use(row.sp), soci::use(static_cast<int>(entry.pct)), soci::use(row.fo),
        soci::use(domain);
  });
}

void PolicyTable::forget_if_large() {
  if (ids_.size() > max_remembered) ids_.clear();
  if (requested_.size() > max_remembered) requested_.clear();
}

// --- Fixed by hand -------------------------------------------------------------------------------

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
