#include "resolver/server_pool.h"

namespace dmarc::resolver {

std::vector<std::size_t> ServerPool::order(Time now) {
  std::vector<std::size_t> best, last;
  best.reserve(servers_.size());
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Server& server = servers_[i];
    if (server.is_in_trouble() && now < server.avoided_until) {
      last.push_back(i);
      continue;
    }
    // This question tries the server again; others wait for what becomes of it.
    if (server.is_in_trouble()) server.avoided_until = now + pause;
    best.push_back(i);
  }
  best.insert(best.end(), last.begin(), last.end());
  return best;
}

void ServerPool::silent(std::size_t server, Time now) {
  ++servers_[server].silences;
  servers_[server].avoided_until = now + pause;
}

void ServerPool::unreachable(std::size_t server, Time now) {
  servers_[server] = {silences_allowed, now + pause};
}

}  // namespace dmarc::resolver
