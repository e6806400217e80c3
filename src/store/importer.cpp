#include "store/importer.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "dkim/fault.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

using history::AuthCode;
using Kind = BulkInsert::Kind;

using history::code;

/// The number of a name that is not there.
constexpr std::int64_t nothing = 0;

/// signatures.pass has no room for -1.
std::int64_t signature_code(AuthCode result) {
  return code(result == AuthCode::undefined ? AuthCode::unknown : result);
}

bool is_error(AuthCode code) {
  return code == AuthCode::temperror || code == AuthCode::permerror;
}

/// What identifies a record (RFC 9990 has no such rule; OpenDMARC's tables do).
struct MessageKey {
  std::int64_t reporter = 0;
  std::int64_t received = 0;
  std::string_view job;

  friend bool operator==(const MessageKey&, const MessageKey&) = default;
};

struct MessageKeyHash {
  std::size_t operator()(const MessageKey& key) const {
    return std::hash<std::string_view>{}(key.job) ^
           static_cast<std::size_t>(key.reporter * 31 + key.received);
  }
};

std::vector<BulkInsert::Field> message_fields() {
  return {{"date", Kind::seconds},
          {"jobid", Kind::text},
          {"reporter"},
          {"policy"},
          {"disp"},
          {"ip"},
          {"env_domain"},
          {"from_domain"},
          {"policy_domain"},
          {"spf"},
          {"spf_scope"},
          {"align_dkim"},
          {"align_spf"},
          {"sigcount"},
          {"arc"},
          {"arc_policy"},
          {"requested"},
          {"published"},
          {"reason"},
          {"helo"}};
}

/// PostgreSQL plans by statistics, and there are none of a table that grows while it is imported
/// into: it would read all of it for each question, and plan each question of a hundred names
/// again.
void look_up_by_keys(Database& database) {
  if (database.engine() != Engine::postgresql) return;
  guarded([&] {
    database.session() << "SET LOCAL enable_seqscan = off";
    database.session() << "SET LOCAL plan_cache_mode = force_generic_plan";
  });
}

}  // namespace

Importer::Importer(Database& database)
    : database_(database),
      reporters_(database, {.table = "reporters", .name = "name"}),
      addresses_(database, {.table = "ipaddr", .name = "addr"}),
      domains_(database, {.table = "domains", .name = "name"}),
      selectors_(database, {.table = "selectors", .name = "name", .owner = "domain"}),
      reasons_(database, {.table = "reasons", .name = "name"}),
      policies_(database),
      messages_(database, "messages", message_fields()),
      signatures_(database, "signatures",
                  {{"message"}, {"domain"}, {"selector"}, {"pass"}, {"error"}, {"reason"}}),
      arc_results_(database, "arcauthresults",
                   {{"message"}, {"instance"}, {"arc_client_addr", Kind::text}}),
      arc_seals_(database, "arcseals", {{"message"}, {"domain"}, {"selector"}, {"instance"}}) {}

void Importer::add(history::Entry entry) {
  if (entry.ip.empty()) {
    ++counts_.no_address;
    return;
  }
  batch_.emplace_back(std::move(entry));
  if (batch_.size() == batch_size) flush();
}

void Importer::flush() {
  if (batch_.empty()) return;
  Transaction transaction(database_);
  look_up_by_keys(database_);
  resolve_names();
  resolve_selectors();
  resolve_policies();
  const std::int64_t before = last_message();
  insert_messages();
  find_message_numbers(before);
  insert_details();
  update_requests();
  transaction.commit();
  const auto imported = static_cast<std::uint64_t>(
      std::count_if(batch_.begin(), batch_.end(), [](const Row& row) { return row.message != 0; }));
  counts_.imported += imported;
  counts_.duplicates += batch_.size() - imported;
  batch_.clear();
}

void Importer::want_names(Row& row) {
  const history::Entry& entry = row.entry;
  row.reporter = &reporters_.want({0, entry.reporter});
  row.ip = &addresses_.want({0, entry.ip});
  row.from = &domains_.want({0, entry.from});
  row.envelope_from = &domains_.want({0, entry.envelope_from});
  row.policy_domain = &domains_.want({0, entry.published.domain});
  row.reason = row.published = &nothing;
  if (!entry.reasons.empty()) row.reason = &reasons_.want({0, history::to_text(entry.reasons)});
  row.helo = entry.helo.empty() ? &nothing : &domains_.want({0, entry.helo});
  row.signers.reserve(entry.dkim.size() + entry.arc_seals.size());
  for (const history::DkimSignature& signature : entry.dkim) {
    const Number reason = signature.fault == dkim::Fault::none
                              ? &nothing
                              : &reasons_.want({0, dkim::name_of(signature.fault)});
    row.signers.push_back({&domains_.want({0, signature.domain}), &nothing, reason});
  }
  for (const history::ArcSeal& seal : entry.arc_seals)
    row.signers.push_back({&domains_.want({0, seal.domain}), &nothing, &nothing});
}

void Importer::resolve_names() {
  const auto tables = {&reporters_, &addresses_, &domains_, &reasons_};
  for (IdTable* table : tables)
    table->forget_if_large();
  for (Row& row : batch_)
    want_names(row);
  for (IdTable* table : tables)
    table->resolve();
}

/// Selectors belong to domains, whose numbers are known by now.
void Importer::resolve_selectors() {
  selectors_.forget_if_large();
  for (Row& row : batch_) {
    auto signer = row.signers.begin();
    const auto want = [&](const std::string& selector) {
      if (!selector.empty()) signer->selector = &selectors_.want({*signer->domain, selector});
      ++signer;
    };
    for (const history::DkimSignature& signature : row.entry.dkim)
      want(signature.selector);
    for (const history::ArcSeal& seal : row.entry.arc_seals)
      want(seal.selector);
  }
  selectors_.resolve();
}

void Importer::resolve_policies() {
  policies_.forget_if_large();
  for (Row& row : batch_) {
    if (row.entry.policy == history::PolicyCode::no_record) continue;
    row.published = &policies_.want(row.entry.published, *row.policy_domain);
  }
  policies_.resolve();
}

std::int64_t Importer::last_message() {
  return guarded([&] {
    long long id = 0;
    database_.session() << "SELECT COALESCE(MAX(id), 0) FROM messages", soci::into(id);
    return id;
  });
}

void Importer::insert_messages() {
  for (const Row& row : batch_) {
    const history::Entry& entry = row.entry;
    messages_.add({entry.received,        entry.job,
                   *row.reporter,         code(entry.policy),
                   code(entry.action),    *row.ip,
                   *row.envelope_from,    *row.from,
                   *row.policy_domain,    code(entry.spf),
                   code(entry.spf_scope), code(entry.align_dkim),
                   code(entry.align_spf), std::min<std::int64_t>(entry.signatures, 255),
                   code(entry.arc),       code(entry.arc_policy),
                   code(entry.requested), *row.published,
                   *row.reason,           *row.helo});
  }
  messages_.flush();
}

/// Rows with a number above `before` were inserted just now; the other records are duplicates.
void Importer::find_message_numbers(std::int64_t before) {
  std::unordered_map<MessageKey, Row*, MessageKeyHash> rows(batch_.size());
  for (Row& row : batch_)
    rows.emplace(MessageKey{*row.reporter, row.entry.received, row.entry.job}, &row);
  guarded([&] {
    long long id = 0;
    long long reporter = 0;
    long long received = 0;
    std::string job;
    const long long above = before;
    soci::statement query =
        (database_.session().prepare << "SELECT id, reporter, "
                                     << in_seconds("date", database_.engine())
                                     << ", jobid FROM messages WHERE id > :above",
         soci::into(id), soci::into(reporter), soci::into(received), soci::into(job),
         soci::use(above));
    for (bool more = query.execute(true); more; more = query.fetch()) {
      const auto row = rows.find({reporter, received, job});
      if (row != rows.end()) row->second->message = id;
    }
  });
}

void Importer::insert_details() {
  for (const Row& row : batch_) {
    if (row.message != 0) insert_details_of(row);
  }
  for (BulkInsert* rows : {&signatures_, &arc_results_, &arc_seals_})
    rows->flush();
}

void Importer::insert_details_of(const Row& row) {
  auto signer = row.signers.begin();
  for (const history::DkimSignature& signature : row.entry.dkim) {
    signatures_.add({row.message, *signer->domain, *signer->selector,
                     signature_code(signature.result), std::int64_t{is_error(signature.result)},
                     *signer->reason});
    ++signer;
  }
  for (const history::ArcSeal& seal : row.entry.arc_seals) {
    const std::int64_t instance = seal.instance;
    arc_results_.add({row.message, instance, seal.client});
    arc_seals_.add({row.message, *signer->domain, *signer->selector, instance});
    ++signer;
  }
}

/// In the order of the file: the last record of a From domain says what its policy is.
void Importer::update_requests() {
  std::unordered_map<std::int64_t, const Row*> last;
  for (const Row& row : batch_) {
    if (row.message != 0) last[*row.from] = &row;
  }
  for (const auto& [from, row] : last)
    policies_.request(from, row->entry, *row->published);
  policies_.flush_requests();
}

}  // namespace dmarc::store
