#include "failure/limits.h"

#include <algorithm>

namespace dmarc::failure {
namespace {

// Nobody looks for the cause of failures by what was held back a day ago.
constexpr std::chrono::hours max_held{24};

}  // namespace

double Limits::Use::faded(unsigned an_hour, Time now) const {
  const std::chrono::duration<double, std::ratio<3600>> hours = now - since;
  return std::max(0.0, reports - hours.count() * an_hour);
}

void Limits::make_room(const Rates& rates, Time now) {
  if (destinations_.size() >= max_streams) {
    std::erase_if(destinations_, [&](const auto& entry) {
      return entry.second.faded(rates.per_destination, now) == 0;
    });
  }
  if (held_.size() >= max_streams)
    std::erase_if(held_, [&](const auto& entry) { return now - entry.second.last > max_held; });
}

std::optional<std::size_t> Limits::admit(const Stream& stream, const Rates& rates, Time now) {
  make_room(rates, now);
  Use& destination = destinations_[stream.destination];
  in_all_ = {in_all_.faded(rates.in_all, now), now};
  destination = {destination.faded(rates.per_destination, now), now};
  if (in_all_.reports + 1 > rates.in_all || destination.reports + 1 > rates.per_destination) {
    hold_back(stream, 1, now);
    return std::nullopt;
  }
  in_all_.reports += 1;
  destination.reports += 1;
  const auto held = held_.extract(stream);
  return held ? 1 + held.mapped().count : 1;
}

void Limits::hold_back(const Stream& stream, std::size_t incidents, Time now) {
  if (held_.size() >= max_streams && !held_.contains(stream)) return;
  Held& held = held_[stream];
  held.count += incidents;
  held.last = now;
}

}  // namespace dmarc::failure
