// The sockets and the thread of a DnsServer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "resolver/servers.h"
#include "support/dns_server.h"

namespace dmarc::test {

class DnsServer::Loop {
 public:
  Loop(DnsScript script, const resolver::ServerAddress& where);
  ~Loop();

  resolver::ServerAddress address() const { return address_; }
  void load(DnsScript script);
  void release();

  std::vector<Received> received() const;
  std::size_t count(const dns::Question& question) const;
  std::size_t total() const;
  std::size_t most_in_flight() const;
  void wait_for_total(std::size_t queries) const;

 private:
  using Clock = std::chrono::steady_clock;

  /// Whom to answer: a UDP client, or a TCP connection by its number.
  struct Client {
    std::uint64_t connection = 0;  ///< 0 for UDP
    sockaddr_storage address{};
    socklen_t address_size = 0;
    bool is_tcp() const { return connection != 0; }
  };

  struct Outgoing {
    Client client;
    resolver::Octets message;
    bool spoofed = false;    ///< to be sent from another port
    bool concludes = false;  ///< the query is no longer in flight
    bool closes = false;     ///< close the connection instead of sending
    bool is_raw = false;     ///< octets of a TCP stream, without the length in front
  };

  struct Connection {
    base::UniqueFd socket;
    resolver::Octets incoming, outgoing;
  };

  void run();
  void watch(int descriptor, std::uint64_t tag, std::uint32_t events);
  void receive_udp();
  void accept_tcp();
  void serve_tcp(std::uint64_t number);
  void handle(resolver::OctetView message, const Client& client);
  bool is_dropped(const DnsQuestion& query, const DnsFault& fault);
  std::vector<Outgoing> answers(const DnsQuestion& query, const DnsFault& fault,
                                const Client& client) const;
  void dispatch(std::vector<Outgoing> answers, const DnsFault& fault);
  void send_slowly(const Outgoing& answer, std::chrono::milliseconds pause,
                   Clock::time_point start);
  void send(Outgoing& answer);
  void flush(Connection& connection);
  int milliseconds_to_next() const;
  void send_due();
  void send_held();

  base::UniqueFd epoll_, wake_, udp_, listener_, other_port_;
  resolver::ServerAddress address_;

  // The thread's own.
  std::unordered_map<std::uint64_t, Connection> connections_;
  std::uint64_t last_tag_;
  std::multimap<Clock::time_point, Outgoing> scheduled_;
  std::vector<Outgoing> held_;
  resolver::Octets inbox_;

  mutable std::mutex mutex_;  ///< guards what follows
  mutable std::condition_variable arrived_;
  DnsScript script_;
  std::minstd_rand chance_;
  std::unordered_map<std::string, unsigned> dropped_;
  std::vector<Received> received_;
  std::unordered_map<dns::Question, std::size_t> counts_;
  std::size_t total_ = 0, in_flight_ = 0, most_in_flight_ = 0;
  bool releasing_ = false, stopping_ = false;

  std::thread thread_;
};

}  // namespace dmarc::test
