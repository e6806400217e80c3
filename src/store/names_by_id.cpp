#include "store/names_by_id.h"

#include "store/soci.h"

namespace dmarc::store {

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
