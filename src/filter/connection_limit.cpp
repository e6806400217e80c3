#include "filter/connection_limit.h"

#include <string>

#include "metrics/counters.h"

namespace dmarc::filter {

std::optional<ConnectionLimit::Admission> ConnectionLimit::admit() {
  const std::size_t before = connections_++;
  if (limits_.served != 0 && before >= limits_.served) {
    --connections_;
    metrics::count(metrics::Id::connections_refused);
    if (!refusing_.exchange(true)) {
      sink_.write(log::make<log::Id::too_many_sessions>(limits_.served));
    }
    return std::nullopt;
  }
  // A burst is over when a tenth of the places is free again; at the limit itself each connection
  // that ends would make the next refusal a new burst.
  if (before < limits_.served - limits_.served / 10) refusing_ = false;
  metrics::count(metrics::Id::connections);
  return Admission(*this);
}

ConnectionLimit::Admission::~Admission() {
  if (owner_ == nullptr) return;
  settle();
  --owner_->connections_;
}

void ConnectionLimit::Admission::begin_message() {
  if (!std::exchange(in_message_, true)) ++owner_->messages_;
}

void ConnectionLimit::Admission::settle() {
  if (std::exchange(in_message_, false)) --owner_->messages_;
}

}  // namespace dmarc::filter
