#include "failure/failure_reporter.h"

#include <exception>
#include <optional>
#include <utility>

#include "crypto/random.h"

namespace dmarc::failure {
namespace {

constexpr std::size_t redaction_key_octets = 32;

failure::FailureMoment this_moment() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::steady_clock::now(),
          std::chrono::duration_cast<std::chrono::seconds>(since_1970).count()};
}

}  // namespace

FailureReporter::FailureReporter(log::Sink& sink)
    : sink_(sink),
      sender_(sink, crypto::random_octets(redaction_key_octets)),
      thread_([this] { run(); }) {}

FailureReporter::~FailureReporter() {
  {
    const std::lock_guard lock(mutex_);
    open_ = false;
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void FailureReporter::offer(failure::FailureIncident incident, Terms terms) {
  bool first_dropped = false;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return;
    if (waiting_.size() < max_waiting)
      waiting_.push_back({std::move(incident), std::move(terms)});
    else
      first_dropped = dropped_++ == 0;
  }
  changed_.notify_all();
  if (first_dropped) sink_.write(log::make<log::Id::failure_reports_full>(max_waiting));
}

void FailureReporter::close(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  open_ = false;
  changed_.wait_for(lock, limit, [this] { return waiting_.empty() && !busy_; });
  const std::size_t lost = waiting_.size() + dropped_;
  waiting_.clear();
  dropped_ = 0;
  lock.unlock();
  if (lost > 0) sink_.write(log::make<log::Id::failure_reports_lost>(lost));
}

void FailureReporter::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    busy_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    // Not before there is room for a while: a flood would have it told with every report.
    const bool has_room = waiting_.size() <= max_waiting / 2;
    const std::size_t dropped = has_room ? std::exchange(dropped_, 0) : 0;
    lock.unlock();
    if (dropped > 0) sink_.write(log::make<log::Id::failure_reports_dropped>(dropped));
    deliver(std::move(item));
  }
}

void FailureReporter::deliver(Item item) {
  const std::string job_id = item.incident.job_id;
  try {
    sender_.send(std::move(item.incident), *item.terms, this_moment());
  } catch (const std::exception& error) {
    // Lack of memory or of randomness; the filter goes on, and so do the reports behind this one.
    sink_.write(log::make<log::Id::failure_report_unsent>(job_id, "its readers", error.what()));
  }
}

}  // namespace dmarc::failure
