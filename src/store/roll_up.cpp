#include "store/roll_up.h"

#include <array>
#include <string>

#include "store/dialect.h"
#include "store/soci.h"

namespace dmarc::store {
namespace {

using enum ColumnType;

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

/// What was done (action codes), and whether it would have been something else but for a pass.
/// 113 and 114 are the letters of quarantine and reject, 15 is the code of a pass.
constexpr std::string_view disposition =
    "CASE WHEN disp IN (0, 1) THEN 3 WHEN disp = 4 THEN 2 "
    "WHEN policy = 15 AND requested IN (113, 114) THEN 1 "
    "WHEN policy = 15 AND requested = 0 THEN 4 ELSE 0 END";

std::string create(std::string_view table, std::span<const Column> columns, Engine engine) {
  std::string text = "CREATE TEMPORARY TABLE " + std::string(table) + " (";
  for (const Column& column : columns) {
    if (&column != columns.data()) text += ", ";
    text += definition(column, engine);
  }
  return text + ")";
}

/// Messages without a policy record (codes 13 and 14) are nobody's to be told of.
std::string condition(const history::Period& period, std::optional<std::int64_t> policy_domain,
                      Engine engine) {
  std::string text = "m.policy IN (15, 16, 17, 18) AND m.date >= " +
                     from_seconds(std::to_string(period.begin), engine) + " AND m.date < " +
                     from_seconds(std::to_string(period.end), engine);
  if (policy_domain) text += " AND m.policy_domain = " + std::to_string(*policy_domain);
  return text;
}

std::string fill_rows(const std::string& where, Engine engine) {
  return "INSERT INTO report_rows (" + std::string(group) + ", messages) SELECT " +
         std::string(group) +
         ", COUNT(*) FROM (SELECT m.policy_domain, m.ip, m.from_domain, m.env_domain, " +
         std::string(disposition) +
         " AS disposition, CASE WHEN align_dkim = 4 THEN 1 ELSE 0 END AS align_dkim, "
         "CASE WHEN align_spf = 4 THEN 1 ELSE 0 END AS align_spf, "
         "CASE WHEN spf_scope = 2 THEN -1 ELSE spf END AS spf, m.reason, COALESCE((SELECT " +
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

void roll_up(Database& database, const history::Period& period,
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
