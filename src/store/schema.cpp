#include "store/schema.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/ascii.h"
#include "store/dialect.h"
#include "store/soci.h"

namespace dmarc::store {
namespace {

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
  guarded([&] {
    for (const Table& table : tables()) {
      if (!columns_of(database, table).empty()) continue;
      for (const std::string& statement : create_statements(table, database.engine()))
        database.session() << statement;
    }
  });
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
