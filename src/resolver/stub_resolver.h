// The resolver on the network: asks recursive servers, keeps answers.
//
// One thread, epoll, any number of questions in flight. Each question goes out by UDP from a fresh
// port with a random id and EDNS0, again to the next server when no answer comes, by TCP when the
// answer is truncated. An answer counts only when source, id and question match. Equal questions in
// flight share one. A sharded, bounded cache keeps answers by TTL, negative answers by RFC 2308,
// failures for seconds, and serves stale answers when every server fails (RFC 8767).
//
// ldns encodes and decodes; its own resolver is not used, because it accepts answers with a wrong
// id or question.
//
// Limits: questions under way are a tenth of the process's descriptors, at most
// StubResolver::max_in_flight, and max_per_asker of one asker; others wait for their turn
// (resolver/shares.h). Of one question, at most 24 messages go out and 256 records come in.
//
// Errors: the constructor throws std::system_error when the kernel gives no descriptor or thread,
// std::invalid_argument when there is no server.
//
// Threads: resolve() from any thread, also from a callback. Destruction answers everything still
// under way with Failure::network; never destroy it from a callback, since it waits for the thread
// that runs them. Fork: construct it after the daemon has gone to the background; threads do not
// survive fork().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <dmarc/resolver.h>

#include "resolver/servers.h"

namespace dmarc::resolver {

struct StubOptions {
  std::vector<ServerAddress> servers;  ///< must not be empty
  bool trust_ad = false;               ///< believe the AD bit of servers that are not on loopback
  std::chrono::milliseconds timeout{5000};  ///< for one question, all servers and retries together
  /// Before the next server is asked as well; at most a quarter of `timeout`.
  std::chrono::milliseconds retry_after{800};
  std::size_t cache_bytes = 64 * 1024 * 1024;
  std::chrono::seconds max_ttl{86400};
  std::chrono::seconds max_negative_ttl{3600};
  std::chrono::seconds failure_ttl{5};
  std::chrono::seconds max_stale{86400};  ///< how long past its TTL an answer may be served
  /// How long to wait for servers while a stale answer is at hand (RFC 8767 section 5 "Example
  /// Method").
  std::chrono::milliseconds stale_after{1800};
  std::size_t max_in_flight = 0;   ///< 0: as many as the process's descriptors allow
  std::size_t max_per_asker = 32;  ///< of them, of one asker
};

/// Counters since the start, for metrics and tests.
struct StubStatistics {
  std::uint64_t questions = 0, cache_hits = 0, shared = 0, sent_udp = 0, sent_tcp = 0, timeouts = 0,
                rejected = 0, stale_served = 0, suspended = 0, abandoned = 0, never_sent = 0;
};

/// What the DNS takes of the process's descriptors.
struct DescriptorShare {
  std::size_t questions;    ///< under way at a time
  std::size_t descriptors;  ///< that they may need
};
/// Of so many descriptors; nobody else should use them.
DescriptorShare descriptor_share(std::uint64_t limit);

class StubResolver final : public dns::AsyncResolver {
 public:
  /// Far more than a busy server has under way unless its name servers are down; bounds memory
  /// then.
  static constexpr std::size_t max_in_flight = 4096;

  explicit StubResolver(StubOptions options);
  ~StubResolver() override;

  dns::AnswerPtr at_hand(const dns::Question& question) override;
  void resolve(const dns::Question& question, Callback done) override;
  std::unique_ptr<Asker> open() override;
  StubStatistics statistics() const;

 private:
  struct Service;
  std::unique_ptr<Service> service_;
};

}  // namespace dmarc::resolver
