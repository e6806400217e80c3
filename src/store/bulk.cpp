#include "store/bulk.h"

#include <algorithm>

#include "base/ascii.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

// SQLite has no round trips to save, and long statements are slower there.
constexpr std::size_t rows_per_statement(Engine engine) {
  return engine == Engine::sqlite ? 1 : 100;
}

/// "INSERT INTO table (a, b) VALUES (:v0, :v1), (:v2, :v3) ...".
std::string insert_text(Engine engine, const std::string& table,
                        const std::vector<BulkInsert::Field>& fields, std::size_t rows,
                        std::string_view on_conflict) {
  std::string text = "INSERT INTO " + table + " (";
  for (const BulkInsert::Field& field : fields) {
    if (&field != fields.data()) text += ", ";
    text += field.name;
  }
  text += ") VALUES ";
  std::size_t number = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : "), (";
    for (const BulkInsert::Field& field : fields) {
      if (&field != fields.data()) text += ", ";
      const std::string name = ":v" + std::to_string(number++);
      text += field.kind == BulkInsert::Kind::seconds ? from_seconds(name, engine) : name;
    }
  }
  return text.append(")").append(on_conflict);
}

/// Names that one question asks for.
constexpr std::size_t names_per_question = 100;

}  // namespace

class BulkInsert::Statement {
 public:
  Statement(Database& database, const std::string& table, const std::vector<Field>& fields,
            std::size_t rows, std::string_view on_conflict)
      : rows_(rows),
        numbers_(rows * fields.size()),
        texts_(rows * fields.size()),
        statement_(database.session()) {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      if (fields[i % fields.size()].kind == Kind::text)
        statement_.exchange(soci::use(texts_[i]));
      else
        statement_.exchange(soci::use(numbers_[i]));
    }
    statement_.alloc();
    statement_.prepare(insert_text(database.engine(), table, fields, rows, on_conflict));
    statement_.define_and_bind();
  }

  std::size_t rows() const { return rows_; }

  void set(std::size_t index, const Value& value) {
    if (const auto* const number = std::get_if<std::int64_t>(&value))
      numbers_[index] = *number;
    else
      texts_[index] = std::get<std::string_view>(value);
  }

  /// Takes the values of the first rows of a larger statement.
  void take_from(const Statement& other) {
    std::copy_n(other.numbers_.begin(), numbers_.size(), numbers_.begin());
    std::copy_n(other.texts_.begin(), texts_.size(), texts_.begin());
  }

  void execute() { statement_.execute(true); }

 private:
  std::size_t rows_;
  std::vector<long long> numbers_;
  std::vector<std::string> texts_;
  soci::statement statement_;
};

BulkInsert::BulkInsert(Database& database, std::string_view table, std::vector<Field> fields,
                       std::string on_conflict)
    : database_(database),
      table_(table),
      fields_(std::move(fields)),
      on_conflict_(on_conflict.empty() ? std::string(or_ignore(database.engine()))
                                       : std::move(on_conflict)) {
  guarded([&] {
    full_ = std::make_unique<Statement>(database_, table_, fields_,
                                        rows_per_statement(database_.engine()), on_conflict_);
  });
}

BulkInsert::~BulkInsert() = default;

void BulkInsert::add(std::initializer_list<Value> values) {
  std::size_t index = rows_ * fields_.size();
  for (const Value& value : values)
    full_->set(index++, value);
  if (++rows_ < full_->rows()) return;
  guarded([&] { full_->execute(); });
  rows_ = 0;
}

void BulkInsert::flush() {
  if (rows_ == 0) return;
  guarded([&] {
    Statement rest(database_, table_, fields_, rows_, on_conflict_);
    rest.take_from(*full_);
    rest.execute();
  });
  rows_ = 0;
}

/// Asks for up to names_per_question names at once.
class IdTable::Finder {
 public:
  Finder(Database& database, const Shape& shape)
      : owners_(names_per_question), names_(names_per_question), statement_(database.session()) {
    statement_.exchange(soci::into(id_));
    statement_.exchange(soci::into(name_));
    if (!shape.owner.empty()) statement_.exchange(soci::into(owner_));
    const std::string from = shape.owner.empty()                       ? by_name(shape)
                             : database.engine() == Engine::postgresql ? by_list_of_pairs(shape)
                                                                       : by_pairs(shape);
    std::string columns = "id, " + std::string(shape.name);
    if (!shape.owner.empty()) columns += ", " + std::string(shape.owner);
    statement_.alloc();
    statement_.prepare("SELECT " + columns + " FROM " + std::string(shape.table) + from);
    statement_.define_and_bind();
  }

  /// From keys[first] on; the last one fills the places that are left.
  void find(const std::vector<Key>& keys, std::size_t first, Ids& ids) {
    for (std::size_t i = 0; i < names_per_question; ++i) {
      const Key& key = keys[std::min(first + i, keys.size() - 1)];
      owners_[i] = key.owner;
      names_[i] = key.name;
    }
    for (bool more = statement_.execute(true); more; more = statement_.fetch()) {
      const auto exact = ids.find(Key{owner_, name_});
      if (exact != ids.end())
        exact->second = id_;
      else
        ids[{owner_, base::lower(name_)}] = id_;
    }
  }

 private:
  std::string by_name(const Shape& shape) {
    std::string where = " WHERE " + std::string(shape.name) + " IN (";
    for (std::size_t i = 0; i < names_per_question; ++i) {
      where += (i == 0 ? ":n" : ", :n") + std::to_string(i);
      statement_.exchange(soci::use(names_[i]));
    }
    return where + ")";
  }

  std::string by_pairs(const Shape& shape) {
    std::string where = " WHERE ";
    for (std::size_t i = 0; i < names_per_question; ++i) {
      const std::string number = std::to_string(i);
      where += (i == 0 ? "(" : " OR (") + std::string(shape.name) + " = :n" + number + " AND " +
               std::string(shape.owner) + " = :o" + number + ")";
      use_pair(i);
    }
    return where;
  }

  /// PostgreSQL opens the index anew for each OR, which costs more than the look-up.
  std::string by_list_of_pairs(const Shape& shape) {
    std::string join = " JOIN (VALUES ";
    for (std::size_t i = 0; i < names_per_question; ++i) {
      const std::string number = std::to_string(i);
      join += (i == 0 ? "(CAST(:n" : ", (CAST(:n") + number + " AS VARCHAR), CAST(:o" + number +
              " AS BIGINT))";
      use_pair(i);
    }
    return join + ") AS wanted (wanted_name, wanted_owner) ON " + std::string(shape.name) +
           " = wanted_name AND " + std::string(shape.owner) + " = wanted_owner";
  }

  void use_pair(std::size_t i) {
    statement_.exchange(soci::use(names_[i]));
    statement_.exchange(soci::use(owners_[i]));
  }

  std::vector<long long> owners_;
  std::vector<std::string> names_;
  long long id_ = 0;
  long long owner_ = 0;
  std::string name_;
  soci::statement statement_;
};

const std::int64_t& IdTable::want(Key key) {
  if (const auto known = ids_.find(key); known != ids_.end()) return known->second;
  wanted_.push_back({key.owner, std::string(key.name)});
  return ids_.emplace(wanted_.back(), 0).first->second;
}

void IdTable::insert(const std::vector<Key>& missing) {
  std::vector<BulkInsert::Field> fields{{shape_.name, BulkInsert::Kind::text}};
  if (!shape_.owner.empty()) fields.push_back({shape_.owner});
  BulkInsert rows(database_, shape_.table, fields);
  for (const Key& key : missing) {
    if (shape_.owner.empty())
      rows.add({key.name});
    else
      rows.add({key.name, key.owner});
  }
  rows.flush();
}

void IdTable::resolve() {
  resolve([this](const std::vector<Key>& missing) { insert(missing); });
}

void IdTable::resolve(const Insert& insert) {
  if (wanted_.empty()) return;
  guarded([&] {
    Finder finder(database_, shape_);
    const auto find = [&](const std::vector<Key>& keys) {
      for (std::size_t first = 0; first < keys.size(); first += names_per_question)
        finder.find(keys, first, ids_);
    };
    std::vector<Key> keys;
    keys.reserve(wanted_.size());
    for (const StoredKey& key : wanted_)
      keys.push_back({key.owner, key.name});
    find(keys);
    std::erase_if(keys, [&](const Key& key) { return ids_.find(key)->second != 0; });
    if (keys.empty()) return;
    insert(keys);
    find(keys);
  });
  wanted_.clear();
}

void IdTable::forget_if_large() {
  if (ids_.size() > max_remembered) ids_.clear();
}

const std::string& NamesById::name(std::int64_t id) {
  if (const auto known = names_.find(id); known != names_.end()) return known->second;
  if (names_.size() >= max_remembered) names_.clear();
  return guarded([&]() -> const std::string& {
    std::string name;
    const long long number = id;
    database_.session() << "SELECT name FROM " << table_ << " WHERE id = :id", soci::into(name),
        soci::use(number);
    return names_[id] = std::move(name);
  });
}

}  // namespace dmarc::store
