#include "store/roll_up.h"

#include <array>
#include <string>

#include "aggregate/row.h"
#include "history/codes.h"
#include "store/dialect.h"
#include "store/soci.h"

namespace dmarc::store {
namespace {

using enum ColumnType;
using aggregate::Disposition;
using history::ActionCode;
using history::AlignCode;
using history::AuthCode;
using history::PolicyCode;
using history::SpfScope;

constexpr std::array row_columns{
    Column{"id", message_id},        Column{"policy_domain", reference},
    Column{"ip", reference},         Column{"from_domain", reference},
    Column{"env_domain", reference}, Column{"disposition", code},
    Column{"align_dkim", code},      Column{"align_spf", code},
    Column{"spf", signed_code},      Column{"reason", reference},
    Column{"signatures", text},      Column{"messages", number},
};
constexpr std::array policy_columns{
    Column{"policy_domain", reference},
    Column{"published", reference},
    Column{"last", time},
};

/// All but the number and the count, in the order by which rows are grouped and sorted.
constexpr std::string_view group =
    "policy_domain, ip, from_domain, env_domain, disposition, align_dkim, align_spf, spf, reason, "
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

/// What was done, and whether it would have been something else but for a pass.
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

/// The result for the MAIL FROM identity; that for HELO has no place in a report.
std::string spf_of_mail_from() {
  return "CASE WHEN spf_scope IN " + list_of(SpfScope::helo) + " THEN " +
         std::to_string(history::code(AuthCode::undefined)) + " ELSE spf END AS spf";
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
         ", COUNT(*) FROM (SELECT m.policy_domain, m.ip, m.from_domain, m.env_domain, " +
         disposition() + " AS disposition, " + is_aligned("align_dkim") + ", " +
         is_aligned("align_spf") + ", " + spf_of_mail_from() + ", m.reason, COALESCE((SELECT " +
         joined_signatures(engine) +
         " FROM signatures s WHERE s.message = m.id), '') AS signatures FROM messages m WHERE " +
         where + ") single GROUP BY " + std::string(group) + " ORDER BY " + std::string(group);
}

std::string fill_policies(const std::string& where) {
  return "INSERT INTO report_policies (policy_domain, published, last) "
         "SELECT policy_domain, published, MAX(date) FROM messages m WHERE " +
         where + " GROUP BY policy_domain, published";
}

}  // namespace

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

void drop_roll_up(Database& database) {
  guarded([&] {
    for (const char* table : {"report_rows", "report_policies"})
      database.session() << "DROP TABLE IF EXISTS " << table;
  });
}

}  // namespace dmarc::store
