#include "store/names.h"

#include <algorithm>

#include "base/ascii.h"
#include "store/bulk_insert.h"
#include "store/soci.h"

namespace dmarc::store {
namespace {

/// Names that one question asks for.
constexpr std::size_t names_per_question = 100;

}  // namespace

/// Asks for up to names_per_question names at once.
class IdTable::Finder {
 public:
  Finder(Database& database, const Shape& shape)
      : owners_(names_per_question), names_(names_per_question), statement_(database.session()) {
    statement_.exchange(soci::into(id_));
    statement_.exchange(soci::into(name_));
    if (!shape.owner.empty()) statement_.exchange(soci::into(owner_));
    std::string where;
    for (std::size_t i = 0; i < names_per_question; ++i) {
      const std::string number = std::to_string(i);
      where += (i == 0 ? "(" : " OR (") + std::string(shape.name) + " = :n" + number;
      statement_.exchange(soci::use(names_[i]));
      if (!shape.owner.empty()) {
        where += " AND " + std::string(shape.owner) + " = :o" + number;
        statement_.exchange(soci::use(owners_[i]));
      }
      where += ")";
    }
    std::string columns = "id, " + std::string(shape.name);
    if (!shape.owner.empty()) columns += ", " + std::string(shape.owner);
    statement_.alloc();
    statement_.prepare("SELECT " + columns + " FROM " + std::string(shape.table) + " WHERE " +
                       where);
    statement_.define_and_bind();
  }

  void find(const StoredKey* first, const StoredKey* last, Ids& ids) {
    for (std::size_t i = 0; i < names_per_question; ++i) {
      const StoredKey& key = first[std::min(i, static_cast<std::size_t>(last - first) - 1)];
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

bool IdTable::insert(std::size_t first, std::size_t last) {
  std::vector<BulkInsert::Field> fields{{shape_.name, BulkInsert::Kind::text}};
  if (!shape_.owner.empty()) fields.push_back({shape_.owner});
  std::vector<const StoredKey*> missing;
  for (std::size_t i = first; i < last; ++i) {
    const StoredKey& key = wanted_[i];
    if (ids_.find(Key{key.owner, key.name})->second == 0) missing.push_back(&key);
  }
  if (missing.empty()) return false;
  BulkInsert rows(database_, shape_.table, fields);
  for (const StoredKey* key : missing) {
    if (shape_.owner.empty())
      rows.add({key->name});
    else
      rows.add({key->name, key->owner});
  }
  rows.flush();
  return true;
}

void IdTable::resolve() {
  if (wanted_.empty()) return;
  guarded([&] {
    Finder finder(database_, shape_);
    for (std::size_t first = 0; first < wanted_.size(); first += names_per_question) {
      const std::size_t last = std::min(first + names_per_question, wanted_.size());
      finder.find(&wanted_[first], &wanted_[last - 1] + 1, ids_);
      if (insert(first, last)) finder.find(&wanted_[first], &wanted_[last - 1] + 1, ids_);
    }
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
