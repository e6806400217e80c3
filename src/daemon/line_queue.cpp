#include "daemon/line_queue.h"

#include <utility>

#include "metrics/counters.h"

namespace dmarc::daemon {

void LineQueue::put(std::vector<std::string> lines) {
  flush();
  std::size_t sent = 0;
  if (waiting_.empty()) sent = send_(lines);
  for (; sent < lines.size(); ++sent)
    keep(std::move(lines[sent]));
}

void LineQueue::flush() {
  while (!waiting_.empty()) {
    if (send_({&waiting_.front(), 1}) == 0) return;
    octets_ -= waiting_.front().size();
    waiting_.pop_front();
  }
  if (dropped_ == 0) return;
  const std::uint64_t dropped = std::exchange(dropped_, 0);
  keep(format_(log::make<log::Id::log_lines_dropped>(dropped)));
  flush();
}

void LineQueue::keep(std::string line) {
  if (dropped_ == 0 && octets_ + line.size() <= max_octets) {
    octets_ += line.size();
    waiting_.push_back(std::move(line));
    return;
  }
  metrics::count(metrics::Id::log_lines_dropped);
  if (dropped_++ > 0) return;
  waiting_.push_back(format_(log::make<log::Id::log_full>()));
  octets_ += waiting_.back().size();
}

}  // namespace dmarc::daemon
