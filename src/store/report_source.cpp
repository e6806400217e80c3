#include "store/report_source.h"

#include <array>
#include <string>

#include "aggregate/row.h"
#include "base/ascii.h"
#include "base/decimal.h"
#include "dmarc/report_uri.h"
#include "history/entry.h"
#include "store/policies.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

using enum ColumnType;
using aggregate::Disposition;
using history::ActionCode;
using history::AlignCode;
using history::AuthCode;
using history::PolicyCode;
using history::SpfScope;

// --- The messages rolled up ----------------------------------------------------------------------

/// report_rows.disposition: what aggregate::Disposition has, and one more.
constexpr int pass_by_unknown_policy = 4;

constexpr std::array row_columns{
    Column{"id", message_id},         Column{"policy_domain", reference},
    Column{"ip", reference},          Column{"from_domain", reference},
    Column{"env_domain", reference},  Column{"helo", reference},
    Column{"spf_scope", signed_code}, Column{"disposition", code},
    Column{"align_dkim", code},       Column{"align_spf", code},
    Column{"spf", signed_code},       Column{"reason", reference},
    Column{"signatures", text},       Column{"messages", number},
};
constexpr std::array policy_columns{
    Column{"policy_domain", reference},
    Column{"published", reference},
    Column{"last", time},
};

/// All but the number and the count, in the order by which rows are grouped and sorted.
constexpr std::string_view group =
    "policy_domain, ip, from_domain, env_domain, helo, spf_scope, disposition, align_dkim, "
    "align_spf, spf, reason, "
    "signatures";

template <typename... Codes>
std::string list_of(Codes... codes) {
  std::string text;
  ((text += (text.empty() ? "(" : ", ") + std::to_string(history::code(codes))), ...);
  return text + ")";
}

std::string sql(Disposition disposition) {
  return std::to_string(static_cast<int>(disposition));
}

/// What was done with the message; `pass` where only a pass kept the policy from being applied.
std::string disposition() {
  const std::string is_pass = "policy = " + std::to_string(history::code(PolicyCode::pass));
  return "CASE WHEN disp IN " + list_of(ActionCode::reject, ActionCode::discard) + " THEN " +
         sql(Disposition::reject) + " WHEN disp IN " + list_of(ActionCode::quarantine) + " THEN " +
         sql(Disposition::quarantine) + " WHEN " + is_pass + " AND requested IN " +
         list_of(Policy::quarantine, Policy::reject) + " THEN " + sql(Disposition::pass) +
         " WHEN " + is_pass + " AND requested = 0 THEN " + std::to_string(pass_by_unknown_policy) +
         " ELSE " + sql(Disposition::none) + " END";
}

/// 1 where the identifier is aligned.
std::string is_aligned(const std::string& column) {
  return "CASE WHEN " + column + " IN " + list_of(AlignCode::aligned) + " THEN 1 ELSE 0 END AS " +
         column;
}

std::string create(std::string_view table, std::span<const Column> columns, Engine engine) {
  std::string text = "CREATE TEMPORARY TABLE " + std::string(table) + " (";
  for (const Column& column : columns) {
    if (&column != columns.data()) text += ", ";
    text += definition(column, engine);
  }
  return text + ")";
}

/// Nobody gets a report on messages without a policy record.
std::string condition(const aggregate::Period& period, std::optional<std::int64_t> policy_domain,
                      Engine engine) {
  std::string text =
      "m.policy IN " +
      list_of(PolicyCode::pass, PolicyCode::reject, PolicyCode::quarantine, PolicyCode::none) +
      " AND m.date >= " + from_seconds(std::to_string(period.begin), engine) + " AND m.date < " +
      from_seconds(std::to_string(period.end), engine);
  if (policy_domain) text += " AND m.policy_domain = " + std::to_string(*policy_domain);
  return text;
}

std::string fill_rows(const std::string& where, Engine engine) {
  return "INSERT INTO report_rows (" + std::string(group) + ", messages) SELECT " +
         std::string(group) +
         ", COUNT(*) FROM (SELECT m.policy_domain, m.ip, m.from_domain, m.env_domain, m.helo, "
         "m.spf_scope, " +
         disposition() + " AS disposition, " + is_aligned("align_dkim") + ", " +
         is_aligned("align_spf") + ", m.spf, m.reason, COALESCE((SELECT " +
         joined_signatures(engine) +
         " FROM signatures s WHERE s.message = m.id), '') AS signatures FROM messages m WHERE " +
         where + ") single GROUP BY " + std::string(group) + " ORDER BY " + std::string(group);
}

std::string fill_policies(const std::string& where) {
  return "INSERT INTO report_policies (policy_domain, published, last) "
         "SELECT policy_domain, published, MAX(date) FROM messages m WHERE " +
         where + " GROUP BY policy_domain, published";
}

using aggregate::Disposition;
using aggregate::Row;
using history::PublishedPolicy;

void drop_roll_up(Database& database) {
  guarded([&] {
    for (const char* table : {"report_rows", "report_policies"})
      database.session() << "DROP TABLE IF EXISTS " << table;
  });
}

/// `policy_domain`: the number of the only one that is wanted.
void roll_up(Database& database, const aggregate::Period& period,
             std::optional<std::int64_t> policy_domain) {
  drop_roll_up(database);
  const Engine engine = database.engine();
  const std::string where = condition(period, policy_domain, engine);
  guarded([&] {
    for (const std::string& statement :
         {create("report_rows", row_columns, engine),
          create("report_policies", policy_columns, engine), fill_rows(where, engine),
          fill_policies(where),
          std::string("CREATE INDEX report_rows_order ON report_rows (policy_domain, id)"),
          std::string("CREATE INDEX report_policies_order ON report_policies (policy_domain)")})
      database.session() << statement;
  });
}

// --- The tables read -----------------------------------------------------------------------------

std::optional<std::int64_t> domain_number(Database& database, const std::string& name) {
  return guarded([&]() -> std::optional<std::int64_t> {
    long long id = 0;
    database.session() << "SELECT id FROM domains WHERE name = :name", soci::into(id),
        soci::use(name);
    if (!database.session().got_data()) return std::nullopt;
    return id;
  });
}

std::vector<std::string> split_uris(std::string_view list) {
  std::vector<std::string> uris;
  for (const std::string_view uri : base::split(list, ',')) {
    if (const std::string_view trimmed = base::trim(uri); !trimmed.empty())
      uris.emplace_back(without_size_suffix(trimmed));
  }
  return uris;
}

/// The policy for a From domain, when the message's own record does not say: the author exists,
/// or it would not have passed.
Policy presumed_policy(const PublishedPolicy& published, const std::string& header_from) {
  const Policy p = published.p.value_or(Policy::none);
  return header_from == published.domain ? p : published.sp.value_or(p);
}

Disposition disposition(int code, const PublishedPolicy& published,
                        const std::string& header_from) {
  if (code != pass_by_unknown_policy) return static_cast<Disposition>(code);
  return presumed_policy(published, header_from) == Policy::none ? Disposition::none
                                                                 : Disposition::pass;
}

/// The columns that `policies` and `requests` have in common.
struct PolicyColumns {
  int adkim = 0, aspf = 0, p = 0, sp = 0, fo = 0;
  std::string uris;

  void give(PublishedPolicy& policy) const {
    policy.adkim = history::mode_of_code(adkim);
    policy.aspf = history::mode_of_code(aspf);
    policy.p = history::policy_of_code(p);
    policy.sp = history::policy_of_code(sp);
    policy.fo = history::failure_options_of_code(fo);
    policy.rua = split_uris(uris);
  }
};

}  // namespace

ReportSource::ReportSource(Database& database, const aggregate::Period& period,
                           const std::optional<std::string>& domain)
    : database_(database),
      domains_(database, "domains"),
      selectors_(database, "selectors"),
      reasons_(database, "reasons") {
  std::optional<std::int64_t> number;
  // A domain that was never seen has no messages: no number is 0.
  if (domain) number = domain_number(database, *domain).value_or(0);
  roll_up(database, period, number);
}

ReportSource::~ReportSource() {
  try {
    drop_roll_up(database_);
  } catch (const Error&) {
    // Temporary tables end with the connection at the latest.
  }
}

const PublishedPolicy* ReportSource::next_domain() {
  return guarded([&]() -> const PublishedPolicy* {
    long long domain = 0;
    long long published = 0;
    const long long after = current_;
    database_.session() << "SELECT policy_domain, published FROM report_policies "
                           "WHERE policy_domain > :after "
                           "ORDER BY policy_domain, last DESC, published DESC LIMIT 1",
        soci::into(domain), soci::into(published), soci::use(after);
    if (!database_.session().got_data()) return nullptr;
    current_ = domain;
    policy_ = {};
    policy_.domain = domains_.name(domain);
    if (published != 0)
      read_published(published);
    else
      read_requested();
    read_fixed_rua();
    return &policy_;
  });
}

void ReportSource::read_published(std::int64_t policy) {
  const long long id = policy;
  PolicyColumns columns;
  int np = 0;
  int testing = 0;
  int psd = 0;
  int discovery = 0;
  database_.session() << "SELECT adkim, aspf, p, sp, np, fo, testing, psd, discovery, rua "
                         "FROM policies WHERE id = :id",
      soci::into(columns.adkim), soci::into(columns.aspf), soci::into(columns.p),
      soci::into(columns.sp), soci::into(np), soci::into(columns.fo), soci::into(testing),
      soci::into(psd), soci::into(discovery), soci::into(columns.uris), soci::use(id);
  columns.give(policy_);
  policy_.np = history::policy_of_code(np);
  policy_.testing = history::testing_of_code(testing);
  policy_.psd = history::public_suffix_flag_of_code(psd);
  policy_.discovery = history::discovery_of_code(discovery);
}

/// Messages that OpenDMARC's importer wrote do not say what was published. The request of the
/// policy domain itself does, or that of one of the From domains that inherit from it.
void ReportSource::read_requested() {
  const long long domain = current_;
  PolicyColumns columns;
  database_.session() << "SELECT q.adkim, q.aspf, q.policy, q.spolicy, q.fo, q.repuri "
                         "FROM requests q JOIN report_rows r ON r.from_domain = q.domain "
                         "WHERE r.policy_domain = :domain "
                         "ORDER BY CASE WHEN q.domain = r.policy_domain THEN 0 ELSE 1 END, q.id "
                         "LIMIT 1",
      soci::into(columns.adkim), soci::into(columns.aspf), soci::into(columns.p),
      soci::into(columns.sp), soci::into(columns.fo), soci::into(columns.uris), soci::use(domain);
  if (database_.session().got_data()) columns.give(policy_);
}

void ReportSource::read_fixed_rua() {
  const long long domain = current_;
  std::string uris;
  database_.session() << "SELECT repuri FROM requests WHERE domain = :domain AND locked = 1",
      soci::into(uris), soci::use(domain);
  if (database_.session().got_data()) policy_.rua = split_uris(uris);
}

void ReportSource::mark_sent(std::int64_t time) {
  guarded([&] {
    const long long domain = current_;
    database_.session() << "UPDATE requests SET lastsent = "
                        << from_seconds(std::to_string(time), database_.engine())
                        << " WHERE domain = :domain OR domain IN "
                           "(SELECT from_domain FROM report_rows WHERE policy_domain = :same)",
        soci::use(domain), soci::use(domain);
  });
}

/// From "12:7:0:0,13:9:7:2": domain, selector, result, reason.
std::vector<history::DkimSignature> ReportSource::signatures(std::string_view numbers) {
  std::vector<history::DkimSignature> list;
  if (numbers.empty()) return list;
  for (const std::string_view part : base::split(numbers, ',')) {
    const std::vector<std::string_view> fields = base::split(part, ':');
    if (fields.size() != 4) continue;
    const auto number = [&](std::size_t i) {
      return base::parse_decimal<std::uint32_t>(fields[i]).value_or(0);
    };
    history::DkimSignature signature;
    signature.domain = domains_.name(number(0));
    if (number(1) != 0) signature.selector = selectors_.name(number(1));
    signature.result = number(2) <= static_cast<unsigned>(history::code(history::AuthCode::discard))
                           ? static_cast<history::AuthCode>(number(2))
                           : history::AuthCode::unknown;
    if (number(3) != 0) signature.fault = history::parse_fault(reasons_.name(number(3)));
    list.push_back(std::move(signature));
  }
  return list;
}

std::optional<Row> RowCursor::next() {
  if (page_.empty()) fetch();
  if (page_.empty()) return std::nullopt;
  Row row = std::move(page_.front());
  page_.pop_front();
  return row;
}

void RowCursor::fetch() {
  guarded([&] {
    Row row;
    std::vector<std::string> signatures;
    const long long domain = source_->current_;
    const long long after = last_;
    long long id = 0;
    long long messages = 0;
    int code = 0;
    int dkim = 0;
    int spf_aligned = 0;
    int spf = 0;
    int scope = 0;
    std::string reasons;
    std::string signed_by;
    soci::statement query =
        (source_->database_.session().prepare
             << "SELECT r.id, i.addr, f.name, e.name, r.disposition, r.align_dkim, r.align_spf, "
                "r.spf, r.spf_scope, COALESCE(h.name, ''), COALESCE(o.name, ''), r.signatures, "
                "r.messages FROM report_rows r LEFT JOIN domains h ON h.id = r.helo "
                "JOIN ipaddr i ON i.id = r.ip JOIN domains f ON f.id = r.from_domain "
                "JOIN domains e ON e.id = r.env_domain LEFT JOIN reasons o ON o.id = r.reason "
                "WHERE r.policy_domain = :domain AND r.id > :after ORDER BY r.id LIMIT "
             << page_rows,
         soci::into(id), soci::into(row.source_ip), soci::into(row.header_from),
         soci::into(row.envelope_from), soci::into(code), soci::into(dkim), soci::into(spf_aligned),
         soci::into(spf), soci::into(scope), soci::into(row.helo), soci::into(reasons),
         soci::into(signed_by), soci::into(messages), soci::use(domain), soci::use(after));
    for (bool more = query.execute(true); more; more = query.fetch()) {
      last_ = id;
      row.count = static_cast<std::uint64_t>(messages);
      row.disposition = disposition(code, source_->policy_, row.header_from);
      row.dkim_aligned = dkim != 0;
      row.spf_aligned = spf_aligned != 0;
      row.spf.reset();
      row.helo_spf.reset();
      if (spf >= 0 && scope == history::code(SpfScope::helo))
        row.helo_spf = static_cast<history::AuthCode>(spf);
      else if (spf >= 0 && !row.envelope_from.empty())
        row.spf = static_cast<history::AuthCode>(spf);
      row.reasons =
          history::parse_override_reasons(reasons).value_or(std::vector<policy::OverrideReason>{});
      signatures.push_back(signed_by);
      page_.push_back(row);
    }
    for (std::size_t i = 0; i < page_.size(); ++i)
      page_[i].dkim = source_->signatures(signatures[i]);
  });
}

}  // namespace dmarc::store
