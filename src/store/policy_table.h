// The policy records that were seen: each once in `policies`, and the last of each From domain in
// `requests`, where OpenDMARC keeps it.
//
// Threads: that of the connection. Throws store::Failure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "history/history_entry.h"
#include "store/database.h"

namespace dmarc::store {

class PolicyTable {
 public:
  static constexpr std::size_t max_remembered = 100'000;

  explicit PolicyTable(Database& database) : database_(database) {}

  /// The number in `policies` of what was published; `domain` is that of the DMARC Policy Domain.
  std::int64_t id(const history::PublishedPolicy& policy, std::int64_t domain);

  /// Makes this the request of a From domain, unless that is locked. `policy_id` is its number.
  void request(std::int64_t from_domain, const history::HistoryEntry& entry,
               std::int64_t policy_id);

  void forget_if_large();

 private:
  Database& database_;
  std::string key_;  ///< of the policy that was asked for last
  std::unordered_map<std::string, std::int64_t> ids_;
  std::unordered_map<std::int64_t, std::int64_t> requested_;  ///< From domain -> policy
};

/// URIs joined by commas; as many as fit into `limit` octets.
std::string join_uris(const std::vector<std::string>& uris, std::size_t limit);

/// The letter of a policy column of OpenDMARC's, and what our own columns hold.
inline constexpr int yes_code = 'y';
inline constexpr int no_code = 'n';
inline constexpr int treewalk_code = 't';
inline constexpr int psl_code = 'p';

}  // namespace dmarc::store
