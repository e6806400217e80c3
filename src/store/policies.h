// The policy records that were seen: each once in `policies`, and the last of each From domain in
// `requests`, where OpenDMARC keeps it; and the addresses for reports that were fixed by hand there
// (`requests.locked`).
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "history/entry.h"
#include "store/database.h"

namespace dmarc::store {

/// Octets of requests.repuri, as OpenDMARC made it.
inline constexpr std::size_t max_repuri = 255;

class PolicyTable {
 public:
  static constexpr std::size_t max_remembered = 100'000;

  explicit PolicyTable(Database& database) : database_(database) {}

  /// The number in `policies` of what was published; `domain` is that of the DMARC Policy Domain.
  std::int64_t id(const history::PublishedPolicy& policy, std::int64_t domain);

  /// Makes this the request of a From domain, unless that is locked. `policy_id` is its number.
  void request(std::int64_t from_domain, const history::Entry& entry, std::int64_t policy_id);

  void forget_if_large();

 private:
  Database& database_;
  std::string key_;  ///< of the policy that was asked for last
  std::unordered_map<std::string, std::int64_t> ids_;
  std::unordered_map<std::int64_t, std::int64_t> requested_;  ///< From domain -> policy
};

/// URIs joined by commas; as many as fit into `limit` octets.
std::string join_uris(const std::vector<std::string>& uris, std::size_t limit);

/// Reports on `domain` go to `uris` (separated by commas) whatever its record says; none if empty.
void fix_rua(Database& database, const std::string& domain, const std::string& uris);

/// From the next import on, its record decides again.
void release_rua(Database& database, const std::string& domain);

}  // namespace dmarc::store
