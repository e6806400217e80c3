#include "daemon/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

#include "milter/native_engine.h"
#include "resolver/stub_resolver.h"

namespace dmarc::daemon {
namespace {

// Standard streams, signals, log, history, the process that sends failure reports, the listening
// socket, and what a reload opens: half of them in use at a time.
constexpr std::size_t descriptors_of_its_own = 24;

// An event loop's own: of each thread of the engine, and of the DNS.
constexpr std::size_t descriptors_of_a_loop = 2;

// Less than that would be no service at all.
constexpr std::size_t least_sockets = 8;

// Of the sockets, for connections that are refused.
constexpr std::size_t refusal_part = 4;

}  // namespace

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return RLIM_INFINITY;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

filter::ConnectionLimit::Limits limits_within(std::uint64_t descriptors,
                                              std::size_t max_connections) {
  const std::uint64_t others = descriptors_of_its_own +
                               descriptors_of_a_loop * (milter::NativeEngine::usual_threads() + 1) +
                               resolver::descriptor_share(descriptors).descriptors;
  const std::uint64_t sockets =
      std::max<std::uint64_t>(descriptors > others ? descriptors - others : 0, least_sockets);
  const std::uint64_t served =
      sockets - std::min<std::uint64_t>(sockets / refusal_part, filter::refusal_reserve);
  filter::ConnectionLimit::Limits limits = filter::ConnectionLimit::usual(
      max_connections == 0 ? served : std::min<std::uint64_t>(max_connections, served));
  limits.sockets = std::min<std::uint64_t>(limits.sockets, sockets);
  return limits;
}

}  // namespace dmarc::daemon
