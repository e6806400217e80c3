// Who gets no reports: bounced addresses, and those who asked for it.
//
//   store::Suppressions suppressions(database);
//   if (suppressions.match("dmarc@example.org", now)) ...
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/database.h"

namespace dmarc::store {

/// A mailbox or a domain that gets no reports.
struct Suppression {
  std::string address;  ///< "user@example.org" or "example.org"
  std::string reason;
  std::int64_t added = 0;
  std::optional<std::int64_t> expires;
};

class Suppressions {
 public:
  explicit Suppressions(Database& database) : database_(database) {}

  /// Looks for the address in whole and for its domain, without regard to case.
  std::optional<Suppression> match(const std::string& address, std::int64_t now);
  /// Replaces what is there for the address.
  void add(const Suppression& suppression);
  bool remove(const std::string& address);
  /// Those that have not expired, by address.
  std::vector<Suppression> list(std::int64_t now);

 private:
  Database& database_;
};

}  // namespace dmarc::store
