// A DNS server on loopback for tests: serves a zone by UDP and TCP, and makes mistakes on request.
//
//   DnsServer server("slow.example TXT hello\nslow.example FAULT delay=50ms\n");
//   StubResolver resolver({.servers = {server.address()}});
//   ...
//   EXPECT_EQ(server.count(name, Type::txt), 1U);
//
// The text is that of support/dns_faults.h. `bin/dns_fixture ZONEFILE [--port N] [--address A]`
// serves a file until SIGTERM and reads it again on SIGHUP.
//
// Threads: serves on a thread of its own; every function may be called from any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/servers.h"
#include "support/dns_faults.h"
#include "support/dns_reply.h"

namespace dmarc::test {

class DnsServer {
 public:
  struct Received {
    DnsQuestion query;
    bool tcp = false;
    std::uint16_t source_port = 0;
    std::chrono::steady_clock::time_point when;
  };

  /// Of this many queries the details are kept; later ones are only counted.
  static constexpr std::size_t max_received = 100'000;

  /// Port 0 means one that the kernel chooses. Throws std::invalid_argument for a text that cannot
  /// be read, std::system_error when the address cannot be had.
  explicit DnsServer(std::string_view text = {}, std::string_view address = "127.0.0.1",
                     std::uint16_t port = 0);
  ~DnsServer();

  resolver::ServerAddress address() const;

  /// Replaces data and faults; throws like the constructor. Counts of `drop=N` begin anew.
  void load(std::string_view text);

  /// Sends the answers that a FAULT hold keeps, and holds no more until load().
  void release();

  std::vector<Received> received() const;
  std::size_t count(const dns::Name& name, dns::Type type) const;
  std::size_t total() const;
  /// The largest number of queries that were waiting for their answers at one time.
  std::size_t most_in_flight() const;

  /// Waits until that many queries have come in all.
  void wait_for_total(std::size_t queries) const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace dmarc::test
