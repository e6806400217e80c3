#include "daemon/drain.h"

#include <string>

namespace dmarc::daemon {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds check_interval{10};

bool over(const milter::Traffic& traffic, Clock::duration waited, const DrainLimits& limits) {
  if (traffic.connections() == 0 || waited >= limits.messages) return true;
  return traffic.messages() == 0 && waited >= limits.idle;
}

}  // namespace

void drain(milter::Listener& listener, const milter::Traffic& traffic, Signals& signals,
           log::Sink& sink, const DrainLimits& limits) {
  listener.stop();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.messages).count();
  sink.write(
      log::make(log::Id::draining, {std::to_string(traffic.messages()), std::to_string(seconds)}));
  const auto begin = Clock::now();
  while (!over(traffic, Clock::now() - begin, limits)) {
    if (signals.wait(check_interval) == Wish::stop) break;
  }
  sink.write(log::make(log::Id::drained, {std::to_string(traffic.messages())}));
}

}  // namespace dmarc::daemon
