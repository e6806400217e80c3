// Many rows into one table by few statements, which are prepared once.
//
//   store::BulkInsert rows(database, "signatures", {{"message"}, {"domain"}, ...});
//   rows.add({message, domain, ...});
//   rows.flush();
//
// A row whose unique key is there already is left out. Rows are on their way at the latest after
// flush(). Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/database.h"

namespace dmarc::store {

class BulkInsert {
 public:
  enum class Kind { number, text, seconds };
  struct Field {
    std::string_view name;
    Kind kind = Kind::number;
  };
  using Value = std::variant<std::int64_t, std::string_view>;

  BulkInsert(Database& database, std::string_view table, std::vector<Field> fields);
  ~BulkInsert();
  BulkInsert(const BulkInsert&) = delete;
  BulkInsert& operator=(const BulkInsert&) = delete;

  /// One value for each field, of its kind.
  void add(std::initializer_list<Value> values);
  void flush();

 private:
  class Statement;

  Database& database_;
  const std::string table_;
  const std::vector<Field> fields_;
  std::unique_ptr<Statement> full_;  ///< for as many rows as one statement takes
  std::size_t rows_ = 0;             ///< that wait in `full_`
};

}  // namespace dmarc::store
