// Which servers to ask, and in which order: as configured, but those that do not answer last.
//
// A server that left several questions in a row without answer, or that cannot be reached, is put
// last for a while; then one question tries it again.
//
// Threads: belongs to one thread. The clock is given with each call.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace dmarc::resolver {

class ServerPool {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A single late answer says more about the name asked for than about the server.
  static constexpr unsigned silences_allowed = 3;
  /// Between two attempts to use a server that does not answer.
  static constexpr std::chrono::seconds pause{10};

  explicit ServerPool(std::size_t count) : servers_(count) {}

  /// Every server's index, the best first.
  std::vector<std::size_t> order(Time now);

  void answered(std::size_t server) { servers_[server] = {}; }
  void silent(std::size_t server, Time now);
  void unreachable(std::size_t server, Time now);

 private:
  struct Server {
    unsigned silences = 0;
    Time avoided_until{};
    bool is_in_trouble() const { return silences >= silences_allowed; }
  };

  std::vector<Server> servers_;
};

}  // namespace dmarc::resolver
