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

  std::int64_t domain, adkim, aspf, p, sp, np, fo, testing, psd, discovery;
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

using Kind = BulkInsert::Kind;

std::string update_request(Engine engine) {
  return or_update_unlocked(engine, "requests", "domain",
                            {"repuri", "adkim", "aspf", "policy", "spolicy", "pct", "fo"});
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

PolicyTable::PolicyTable(Database& database)
    : database_(database),
      digests_(database, {.table = "policies", .name = "digest"}),
      requests_(database, "requests",
                {{"domain"},
                 {"repuri", Kind::text},
                 {"adkim"},
                 {"aspf"},
                 {"policy"},
                 {"spolicy"},
                 {"pct"},
                 {"fo"}},
                update_request(database.engine())) {}

PolicyTable::~PolicyTable() = default;

const std::int64_t& PolicyTable::want(const PublishedPolicy& policy, std::int64_t domain) {
  write_key(policy, domain, key_);
  if (const auto known = ids_.find(key_); known != ids_.end()) return *known->second;
  const std::string digest = crypto::hex(crypto::sha256(key_));
  const std::int64_t& id = digests_.want({0, digest});
  if (id == 0) wanted_.insert_or_assign(digest, Wanted{&policy, domain});
  return *ids_.emplace(key_, &id).first->second;
}

void PolicyTable::insert(const std::vector<IdTable::Key>& missing) {
  BulkInsert rows(database_, "policies",
                  {{"digest", Kind::text},
                   {"domain"},
                   {"adkim"},
                   {"aspf"},
                   {"p"},
                   {"sp"},
                   {"np"},
                   {"fo"},
                   {"testing"},
                   {"psd"},
                   {"discovery"},
                   {"rua", Kind::text}});
  for (const IdTable::Key& key : missing) {
    const Wanted& wanted = wanted_.at(std::string(key.name));
    const Row row(*wanted.policy, wanted.domain);
    rows.add({key.name, row.domain, row.adkim, row.aspf, row.p, row.sp, row.np, row.fo, row.testing,
              row.psd, row.discovery, row.rua});
  }
  rows.flush();
}

void PolicyTable::resolve() {
  digests_.resolve([this](const std::vector<IdTable::Key>& missing) { insert(missing); });
  wanted_.clear();
}

void PolicyTable::request(std::int64_t from_domain, const history::Entry& entry,
                          std::int64_t policy_id) {
  std::int64_t& known = requested_[from_domain];
  if (known == policy_id) return;
  known = policy_id;
  const Row row(entry.published, 0);
  const std::string uris = join_uris(entry.published.rua, max_repuri);
  requests_.add({from_domain, uris, row.adkim, row.aspf, row.p, row.sp,
                 static_cast<std::int64_t>(entry.pct), row.fo});
}

void PolicyTable::forget_if_large() {
  if (ids_.size() > max_remembered) {
    ids_.clear();
    digests_.forget();
  }
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
