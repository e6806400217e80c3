#include "store/schema.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/ascii.h"
#include "store/received_tables.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

using enum ColumnType;

constexpr Column number_column{"id", id};
constexpr Column first_seen{.name = "firstseen", .type = time, .initially = "now"};

// --- Names that messages refer to ----------------------------------------------------------------

constexpr std::array name_columns{number_column, Column{"name", word, 255}, first_seen};
constexpr std::array name_keys{Key{"name", true}};

constexpr std::array selector_columns{number_column, Column{"domain", reference},
                                      Column{"name", word, 255}, first_seen};
constexpr std::array selector_keys{Key{"name"}, Key{"name, domain", true}};

constexpr std::array address_columns{number_column, Column{"addr", word, 64}, first_seen};
constexpr std::array address_keys{Key{"addr", true}};

// --- Messages ------------------------------------------------------------------------------------

// `requested` is the letter of the policy that applied, or would have; `published` refers to
// policies, `reason` to reasons, `helo` to domains. They are ours, and 0 in what OpenDMARC's
// importer wrote.
constexpr std::array message_columns{
    Column{"id", message_id},
    Column{.name = "date", .type = time, .initially = "now"},
    Column{"jobid", word, 128},
    Column{"reporter", reference},
    Column{"policy", code},
    Column{"disp", code},
    Column{"ip", reference},
    Column{"env_domain", reference},
    Column{"from_domain", reference},
    Column{"policy_domain", reference},
    Column{.name = "spf", .type = signed_code, .initially = "0"},
    Column{.name = "spf_scope", .type = signed_code, .initially = "-1"},
    Column{.name = "align_dkim", .type = code, .initially = "5"},
    Column{.name = "align_spf", .type = code, .initially = "5"},
    Column{.name = "sigcount", .type = code, .initially = "0"},
    Column{.name = "arc", .type = code, .initially = "0"},
    Column{.name = "arc_policy", .type = code, .initially = "1"},
    Column{.name = "requested", .type = code, .initially = "0"},
    Column{.name = "published", .type = reference, .initially = "0"},
    Column{.name = "reason", .type = reference, .initially = "0"},
    Column{.name = "helo", .type = reference, .initially = "0"},
};
constexpr std::array message_keys{Key{"date"}, Key{"reporter, date, jobid", true}};

constexpr std::array signature_columns{
    Column{"id", message_id}, Column{"message", message_reference}, Column{"domain", reference},
    Column{"selector", reference}, Column{"pass", code}, Column{"error", code},
    // Ours: the name of a dkim::Fault, in reasons.
    Column{.name = "reason", .type = reference, .initially = "0"}};
constexpr std::array signature_keys{Key{"message"}};

constexpr std::array arc_result_columns{
    Column{"id", message_id}, Column{"message", message_reference}, Column{"instance", reference},
    Column{.name = "arc_client_addr", .type = word, .length = 64, .initially = "''"}};
constexpr std::array arc_result_keys{Key{"message"}, Key{"message, instance", true}};

constexpr std::array arc_seal_columns{
    Column{"id", message_id},      Column{"message", message_reference},
    Column{"domain", reference},   Column{"selector", reference},
    Column{"instance", reference}, first_seen};
constexpr std::array arc_seal_keys{Key{"message"},
                                   Key{"message, domain, selector, instance", true}};

// --- What was asked for --------------------------------------------------------------------------

// The policy seen last for each From domain; `locked` keeps "dmarcctl params" from being undone.
constexpr std::array request_columns{
    number_column,
    Column{"domain", reference},
    Column{.name = "repuri", .type = word, .length = 255, .initially = "''"},
    Column{.name = "adkim", .type = flag, .initially = "0"},
    Column{.name = "aspf", .type = flag, .initially = "0"},
    Column{.name = "policy", .type = flag, .initially = "0"},
    Column{.name = "spolicy", .type = flag, .initially = "0"},
    Column{.name = "pct", .type = flag, .initially = "0"},
    Column{.name = "fo", .type = flag, .initially = "0"},
    Column{.name = "locked", .type = flag, .initially = "0"},
    first_seen,
    Column{.name = "lastsent", .type = time, .nullable = true},
};
constexpr std::array request_keys{Key{"lastsent"}, Key{"domain", true}};

// Every policy record that was seen, once; `digest` is over all that is in the row.
constexpr std::array policy_columns{
    number_column,
    Column{"digest", word, 64},
    Column{"domain", reference},
    Column{"adkim", code},
    Column{"aspf", code},
    Column{"p", code},
    Column{"sp", code},
    Column{"np", code},
    Column{"fo", code},
    Column{"testing", code},
    Column{"psd", code},
    Column{"discovery", code},
    Column{"rua", text},
    first_seen,
};
constexpr std::array policy_keys{Key{"digest", true}, Key{"domain"}};

// --- Reports -------------------------------------------------------------------------------------

constexpr std::array report_columns{
    number_column,
    Column{"domain", reference},
    Column{"period_begin", time},
    Column{"period_end", time},
    Column{"report_id", word, 64},
    Column{.name = "state", .type = code, .initially = "0"},
    Column{.name = "owner", .type = word, .length = 255, .initially = "''"},
    Column{.name = "lease_end", .type = time, .nullable = true},
    Column{.name = "messages", .type = number, .initially = "0"},
    Column{.name = "records", .type = number, .initially = "0"},
    Column{"created", time},
};
constexpr std::array report_keys{Key{"domain, period_begin, period_end", true},
                                 Key{"report_id", true}, Key{"state"}};

// `digest` is over the destination, which is too long for a key.
constexpr std::array delivery_columns{
    number_column,
    Column{"report", reference},
    Column{"part", reference},
    Column{"digest", word, 64},
    Column{"destination", text},
    Column{.name = "state", .type = code, .initially = "0"},
    Column{.name = "attempts", .type = number, .initially = "0"},
    Column{.name = "last_attempt", .type = time, .nullable = true},
    Column{.name = "next_attempt", .type = time, .nullable = true},
    Column{.name = "answer", .type = word, .length = 255, .initially = "''"},
};
constexpr std::array delivery_keys{Key{"report, part, digest", true}};

constexpr std::array suppression_columns{
    number_column,
    Column{"address", word, 255},
    Column{.name = "added", .type = time, .initially = "now"},
    Column{.name = "reason", .type = word, .length = 255, .nullable = true},
    Column{.name = "expires", .type = time, .nullable = true},
};
constexpr std::array suppression_keys{Key{"address", true}};

constexpr std::array all_tables{
    Table{"domains", name_columns, name_keys},
    Table{"selectors", selector_columns, selector_keys},
    Table{"reporters", name_columns, name_keys},
    Table{"ipaddr", address_columns, address_keys},
    Table{"messages", message_columns, message_keys},
    Table{"signatures", signature_columns, signature_keys},
    Table{"arcauthresults", arc_result_columns, arc_result_keys},
    Table{"arcseals", arc_seal_columns, arc_seal_keys},
    Table{"requests", request_columns, request_keys},
    Table{"policies", policy_columns, policy_keys},
    Table{"reasons", name_columns, name_keys},
    Table{"reports", report_columns, report_keys},
    Table{"deliveries", delivery_columns, delivery_keys},
    Table{"suppressions", suppression_columns, suppression_keys},
    received_reports_table,
    received_rows_table,
    received_results_table,
    received_reasons_table,
};

struct Found {
  bool nullable = false;
};
using ColumnsFound = std::map<std::string, Found, std::less<>>;

std::string columns_query(Engine engine) {
  switch (engine) {
    case Engine::sqlite:
      return "SELECT name, CASE \"notnull\" WHEN 0 THEN 1 ELSE 0 END FROM "
             "pragma_table_info(:name)";
    case Engine::mariadb:
      return "SELECT column_name, CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END "
             "FROM information_schema.columns "
             "WHERE table_schema = DATABASE() AND table_name = :name";
    case Engine::postgresql:
      break;
  }
  return "SELECT column_name, CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END "
         "FROM information_schema.columns "
         "WHERE table_schema = current_schema() AND table_name = :name";
}

/// Empty for a table that is not there.
ColumnsFound columns_of(Database& database, const Table& table) {
  const std::string name(table.name);
  std::string column;
  int nullable = 0;
  soci::statement query = (database.session().prepare << columns_query(database.engine()),
                           soci::into(column), soci::into(nullable), soci::use(name));
  ColumnsFound found;
  for (bool more = query.execute(true); more; more = query.fetch())
    found[base::lower(column)] = {nullable != 0};
  return found;
}

std::string dotted(const Table& table, const Column& column) {
  return std::string(table.name).append(".").append(column.name);
}

/// One thing to be put right, in words and in SQL.
struct Repair {
  std::string problem;
  std::string done;
  std::vector<std::string> statements;
};

Repair missing_table(const Table& table, Engine engine) {
  const std::string name(table.name);
  return {"no table " + name, "made table " + name, create_statements(table, engine)};
}

Repair missing_column(const Table& table, const Column& column, Engine engine) {
  return {"no column " + dotted(table, column),
          "added column " + dotted(table, column),
          {"ALTER TABLE " + std::string(table.name) + " ADD COLUMN " + definition(column, engine)}};
}

/// OpenDMARC 1.4.2's requests.lastsent: the first second of 1970 stood for "never".
Repair column_not_nullable(const Table& table, const Column& column, Engine engine) {
  const std::string alter = "ALTER TABLE " + std::string(table.name);
  const std::string name(column.name);
  return {dotted(table, column) + " can't be NULL",
          "allowed NULL in " + dotted(table, column),
          {engine == Engine::mariadb ? alter + " MODIFY " + definition(column, engine)
                                     : alter + " ALTER COLUMN " + name + " DROP NOT NULL",
           "UPDATE " + std::string(table.name) + " SET " + name + " = NULL WHERE " +
               in_seconds(name, engine) + " < 172800"}};
}

std::vector<Repair> repairs(Database& database) {
  std::vector<Repair> list;
  for (const Table& table : tables()) {
    const ColumnsFound found = columns_of(database, table);
    if (found.empty()) {
      list.push_back(missing_table(table, database.engine()));
      continue;
    }
    for (const Column& column : table.columns) {
      const auto present = found.find(column.name);
      if (present == found.end()) {
        list.push_back(missing_column(table, column, database.engine()));
      } else if (column.nullable && !present->second.nullable) {
        list.push_back(column_not_nullable(table, column, database.engine()));
      }
    }
  }
  return list;
}

}  // namespace

std::span<const Table> tables() {
  return all_tables;
}

std::vector<std::string> create_statements(const Table& table, Engine engine) {
  std::string create = "CREATE TABLE " + std::string(table.name) + " (";
  for (const Column& column : table.columns) {
    if (&column != table.columns.data()) create += ", ";
    create += definition(column, engine);
  }
  create += engine == Engine::mariadb ? ") ENGINE=InnoDB" : ")";
  std::vector<std::string> statements{create};
  for (const Key& key : table.keys) {
    std::string name = std::string(table.name).append("_").append(key.columns);
    name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
    std::replace(name.begin(), name.end(), ',', '_');
    statements.push_back((key.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") + name + " ON " +
                         std::string(table.name) + " (" + std::string(key.columns) + ")");
  }
  return statements;
}

std::vector<std::string> check_schema(Database& database) {
  return guarded([&] {
    std::vector<std::string> problems;
    for (const Repair& repair : repairs(database))
      problems.push_back(repair.problem);
    return problems;
  });
}

bool is_empty(Database& database) {
  return guarded([&] {
    return std::none_of(tables().begin(), tables().end(),
                        [&](const Table& table) { return !columns_of(database, table).empty(); });
  });
}

void create_schema(Database& database) {
  // All tables or none, whenever the process ends; MariaDB knows no such thing for tables.
  Transaction transaction(database);
  guarded([&] {
    for (const Table& table : tables()) {
      if (!columns_of(database, table).empty()) continue;
      for (const std::string& statement : create_statements(table, database.engine()))
        database.session() << statement;
    }
  });
  transaction.commit();
}

std::vector<std::string> upgrade_schema(Database& database) {
  return guarded([&] {
    std::vector<std::string> done;
    for (const Repair& repair : repairs(database)) {
      for (const std::string& statement : repair.statements)
        database.session() << statement;
      done.push_back(repair.done);
    }
    return done;
  });
}

void require_schema(Database& database) {
  const std::vector<std::string> problems = check_schema(database);
  if (problems.empty()) return;
  if (is_empty(database))
    throw Error("the database has no tables: \"dmarcctl db init\" makes them");
  throw Error("the database is not complete (" + problems.front() +
              (problems.size() > 1 ? " and others" : "") +
              "): \"dmarcctl db upgrade\" adds what is missing");
}

}  // namespace dmarc::store
