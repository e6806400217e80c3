// Log lines on their way to somebody who may not read them at once, or ever.
//
//   LineQueue queue(send, format);   // send() never waits; it says how many lines it took
//   queue.put(std::move(lines));     // goes at once, if nothing waits
//   queue.flush();                   // every second or so
//
// Lines keep their order. Limits: max_octets wait; what comes then is dropped and counted. A line
// at that place of the log says so, and when the lines leave again another one tells how many there
// were.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "log/event.h"

namespace dmarc::daemon {

class LineQueue {
 public:
  /// Some 10,000 lines.
  static constexpr std::size_t max_octets = 1024 * 1024;

  /// Returns how many lines went, from the first.
  using Send = std::function<std::size_t(std::span<const std::string>)>;
  /// Makes the lines about what was dropped.
  using Format = std::function<std::string(const log::Event&)>;

  LineQueue(Send send, Format format) : send_(std::move(send)), format_(std::move(format)) {}

  void put(std::vector<std::string> lines);
  void flush();

  std::size_t waiting() const { return waiting_.size(); }

 private:
  void keep(std::string line);

  const Send send_;
  const Format format_;
  std::deque<std::string> waiting_;
  std::size_t octets_ = 0;
  std::uint64_t dropped_ = 0;  ///< since the queue became full
};

}  // namespace dmarc::daemon
