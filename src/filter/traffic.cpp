#include "filter/traffic.h"

#include <string>

namespace dmarc::filter {

std::optional<Traffic::Ticket> Traffic::admit() {
  const std::size_t before = connections_++;
  if (limit_ != 0 && before >= limit_) {
    --connections_;
    if (!refusing_.exchange(true)) {
      sink_.write(log::make<log::Id::too_many_sessions>(limit_));
    }
    return std::nullopt;
  }
  // A burst is over when a tenth of the places is free again; at the limit itself each connection
  // that ends would make the next refusal a new burst.
  if (before < limit_ - limit_ / 10) refusing_ = false;
  return Ticket(*this);
}

Traffic::Ticket::~Ticket() {
  if (traffic_ == nullptr) return;
  settle();
  --traffic_->connections_;
}

void Traffic::Ticket::begin_message() {
  if (!std::exchange(in_message_, true)) ++traffic_->messages_;
}

void Traffic::Ticket::settle() {
  if (std::exchange(in_message_, false)) --traffic_->messages_;
}

}  // namespace dmarc::filter
