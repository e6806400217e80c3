// Many rows by few statements, which are prepared once: rows inserted, and the numbers of names
// (domains, selectors, reporters, addresses and other things that are stored once and referred to).
//
//   store::BulkInsert rows(database, "signatures", {{"message"}, {"domain"}, ...});
//   rows.add({message, domain, ...});
//   rows.flush();
//
//   store::IdTable domains(database, {.table = "domains", .name = "name"});
//   const std::int64_t& id = domains.want({0, "example.org"});   // for all that will be needed
//   domains.resolve();                                           // now `id` is the number
//
// Numbers of rows that hold more than a name are found by what identifies them, and those that are
// not there are inserted by who knows the rest: resolve(insert).
//
//   store::NamesById(database, "domains").name(id);   // "example.org"
//
// OpenDMARC's MariaDB tables compare names without regard to case: domains and selectors are to be
// given in lower case, and are found however OpenDMARC has written them. What has been resolved is
// remembered; forget_if_large() keeps that bounded.
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "store/database.h"

namespace dmarc::store {

/// A row whose unique key is there already is left out, or does what `on_conflict` says. Rows have
/// been sent to the database at the latest after flush().
class BulkInsert {
 public:
  enum class Kind { number, text, seconds };
  struct Field {
    std::string_view name;
    Kind kind = Kind::number;
  };
  using Value = std::variant<std::int64_t, std::string_view>;

  /// `on_conflict` is SQL that ends the statement, see sql.h.
  BulkInsert(Database& database, std::string_view table, std::vector<Field> fields,
             std::string on_conflict = {});
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
  const std::string on_conflict_;
  std::unique_ptr<Statement> full_;  ///< for as many rows as one statement takes
  std::size_t rows_ = 0;             ///< that wait in `full_`
};

/// From names to numbers.
class IdTable {
 public:
  /// About 20 MB of each table.
  static constexpr std::size_t max_remembered = 200'000;

  struct Shape {
    std::string_view table;
    std::string_view name;        ///< the column
    std::string_view owner = {};  ///< the column of what the name belongs to, if to anything
  };
  struct Key {
    std::int64_t owner = 0;
    std::string_view name;
  };

  IdTable(Database& database, Shape shape) : database_(database), shape_(shape) {}

  /// The place of the number, which is 0 until resolve() unless it is known already. It is there
  /// until forget_if_large().
  const std::int64_t& want(Key key);
  /// Inserts the rows of these names, which are not there; all of them have been sent when it
  /// returns.
  using Insert = std::function<void(const std::vector<Key>& missing)>;

  /// Finds what is wanted, and inserts what is not there. To be called within a transaction.
  void resolve();
  void resolve(const Insert& insert);

  void forget_if_large();
  void forget() { ids_.clear(); }

 private:
  struct StoredKey {
    std::int64_t owner = 0;
    std::string name;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>{}(key.name) ^ (static_cast<std::size_t>(key.owner) * 31);
    }
    std::size_t operator()(const StoredKey& key) const { return (*this)(Key{key.owner, key.name}); }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return a.owner == b.owner && a.name == b.name;
    }
  };
  using Ids = std::unordered_map<StoredKey, std::int64_t, Hash, Equal>;

  class Finder;

  void insert(const std::vector<Key>& missing);

  Database& database_;
  Shape shape_;
  Ids ids_;  ///< 0 for what is wanted and not resolved
  std::vector<StoredKey> wanted_;
};

/// The reverse: each name is asked for once and remembered.
class NamesById {
 public:
  static constexpr std::size_t max_remembered = 100'000;

  NamesById(Database& database, std::string_view table) : database_(database), table_(table) {}

  /// Empty for a number that is not there. Valid until the next call.
  const std::string& name(std::int64_t id);

 private:
  Database& database_;
  std::string table_;
  std::unordered_map<std::int64_t, std::string> names_;
};

}  // namespace dmarc::store
