// The policy records that were seen: each once in `policies`, and the last of each From domain in
// `requests`, where OpenDMARC keeps it; and the addresses for reports that were fixed by hand there
// (`requests.locked`).
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "history/entry.h"
#include "store/bulk.h"
#include "store/database.h"

namespace dmarc::store {

/// Octets of requests.repuri, as OpenDMARC made it.
inline constexpr std::size_t max_repuri = 255;

class PolicyTable {
 public:
  static constexpr std::size_t max_remembered = 100'000;

  explicit PolicyTable(Database& database);
  ~PolicyTable();

  /// The place of the number in `policies` of what was published, which is 0 until resolve() unless
  /// it is known already; there until forget_if_large(). `domain` is the number of the DMARC Policy
  /// Domain; `policy` must stay until resolve().
  const std::int64_t& want(const history::PublishedPolicy& policy, std::int64_t domain);
  /// Finds what is wanted, and inserts what is not there.
  void resolve();

  /// Makes this the request of a From domain, unless that is locked. `policy_id` is its number.
  /// Once for each domain between two calls of flush_requests().
  void request(std::int64_t from_domain, const history::Entry& entry, std::int64_t policy_id);
  void flush_requests() { requests_.flush(); }

  void forget_if_large();

 private:
  struct Wanted {
    const history::PublishedPolicy* policy;
    std::int64_t domain;
  };

  void insert(const std::vector<IdTable::Key>& missing);

  Database& database_;
  IdTable digests_;
  std::string key_;  ///< of the policy that was asked for last
  std::unordered_map<std::string, const std::int64_t*> ids_;
  std::unordered_map<std::string, Wanted> wanted_;  ///< by digest
  BulkInsert requests_;
  std::unordered_map<std::int64_t, std::int64_t> requested_;  ///< From domain -> policy
};

/// URIs joined by commas; as many as fit into `limit` octets.
std::string join_uris(const std::vector<std::string>& uris, std::size_t limit);

/// Reports on `domain` go to `uris` (separated by commas) whatever its record says; none if empty.
void fix_rua(Database& database, const std::string& domain, const std::string& uris);

/// From the next import on, its record decides again.
void release_rua(Database& database, const std::string& domain);

}  // namespace dmarc::store
