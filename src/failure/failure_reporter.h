// Failure reports, away from the mail path: a bounded queue and the thread that empties it.
//
//   FailureReporter reporter(sink);
//   reporter.offer(std::move(incident), terms);   // from any thread; never waits
//   reporter.close(5s);
//
// While the queue is full, what is offered is dropped and counted; the log tells when that begins
// and ends. Mail never waits for a report.
//
// Threads: offer() from any; the rest from one. Create it after fork().
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "failure/failure_incident.h"
#include "failure/failure_sender.h"
#include "log/event.h"

namespace dmarc::failure {

class FailureReporter {
 public:
  using Terms = std::shared_ptr<const failure::FailureTerms>;

  /// Incidents that wait, each up to max_reported_header and a bit more: 10 MiB.
  static constexpr std::size_t max_waiting = 256;

  /// The sink must outlive the reporter.
  explicit FailureReporter(log::Sink& sink);
  /// Waits for the report under way, if there is one; what is behind it is dropped.
  ~FailureReporter();
  FailureReporter(const FailureReporter&) = delete;
  FailureReporter& operator=(const FailureReporter&) = delete;

  void offer(failure::FailureIncident incident, Terms terms);

  /// Returns when everything has left or the time is up; the log tells how many were lost. Nothing
  /// is taken from then on.
  void close(std::chrono::milliseconds limit);

 private:
  struct Item {
    failure::FailureIncident incident;
    Terms terms;
  };
  void run();
  void deliver(Item item);

  log::Sink& sink_;
  failure::FailureSender sender_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> waiting_;
  bool busy_ = false;
  bool open_ = true;
  bool stopping_ = false;
  std::size_t dropped_ = 0;  ///< since the queue was full
  std::thread thread_;
};

}  // namespace dmarc::failure
