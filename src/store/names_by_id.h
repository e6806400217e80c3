// The reverse of IdTable: the name for a number, asked for once and remembered.
//
// Threads: that of the connection. Throws store::Failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/database.h"

namespace dmarc::store {

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
