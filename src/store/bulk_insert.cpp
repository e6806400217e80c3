#include "store/bulk_insert.h"

#include "store/dialect.h"
#include "store/soci.h"

namespace dmarc::store {
namespace {

// SQLite has no round trips to save, and long statements are slower there.
constexpr std::size_t rows_per_statement(Engine engine) {
  return engine == Engine::sqlite ? 1 : 100;
}

/// "INSERT INTO table (a, b) VALUES (:v0, :v1), (:v2, :v3) ...".
std::string insert_text(Engine engine, const std::string& table,
                        const std::vector<BulkInsert::Field>& fields, std::size_t rows) {
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
  return text.append(")").append(or_ignore(engine));
}

}  // namespace

class BulkInsert::Statement {
 public:
  Statement(Database& database, const std::string& table, const std::vector<Field>& fields,
            std::size_t rows)
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
    statement_.prepare(insert_text(database.engine(), table, fields, rows));
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

BulkInsert::BulkInsert(Database& database, std::string_view table, std::vector<Field> fields)
    : database_(database), table_(table), fields_(std::move(fields)) {
  guarded([&] {
    full_ = std::make_unique<Statement>(database_, table_, fields_,
                                        rows_per_statement(database_.engine()));
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
    Statement rest(database_, table_, fields_, rows_);
    rest.take_from(*full_);
    rest.execute();
  });
  rows_ = 0;
}

}  // namespace dmarc::store
