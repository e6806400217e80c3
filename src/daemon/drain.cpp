#include "daemon/drain.h"

#include <string>

namespace dmarc::daemon {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds check_interval{10};

bool over(const filter::ConnectionLimit& connection_limit, Clock::duration waited,
          Clock::duration for_messages, Clock::duration for_idle) {
  if (connection_limit.connections() == 0 || waited >= for_messages) return true;
  return connection_limit.messages() == 0 && waited >= for_idle;
}

}  // namespace

void drain(io::Listener& listener, const filter::ConnectionLimit& connection_limit,
           Signals& signals, log::Sink& sink, const DrainLimits& limits) {
  listener.stop();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.messages).count();
  sink.write(log::make<log::Id::draining>(connection_limit.messages(), seconds));
  const auto for_idle = listener.is_inherited() ? limits.idle : limits.idle_unheld;
  const auto begin = Clock::now();
  while (!over(connection_limit, Clock::now() - begin, limits.messages, for_idle)) {
    if (signals.wait(check_interval) == Wish::stop) break;
  }
  sink.write(log::make<log::Id::drained>(connection_limit.messages()));
}

}  // namespace dmarc::daemon
