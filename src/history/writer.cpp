#include "history/writer.h"

#include <exception>
#include <utility>

#include "history/file.h"
#include "metrics/counters.h"

namespace dmarc::history {
namespace {

// How often records that the file did not take are tried again.
constexpr std::chrono::seconds retry_interval{1};

}  // namespace

Writer::Writer(std::string path, log::Sink& sink)
    : Writer(path, std::make_unique<File>(path, sink), sink) {}

Writer::Writer(std::string path, std::unique_ptr<Output> output, log::Sink& sink)
    : path_(std::move(path)), sink_(sink), output_(std::move(output)), thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::shared_ptr<const Handover> Writer::append(std::string record, std::function<void()> wake) {
  auto handover = std::make_shared<Handover>();
  std::deque<Item> dropped;  // their owners are woken when the lock is free
  bool first_dropped = false;
  {
    const std::lock_guard lock(mutex_);
    if (behind_ || closing_) {
      handover->done_.store(true, std::memory_order_release);
      wake = nullptr;
    }
    waiting_octets_ += record.size();
    waiting_.push_back({std::move(record), handover, std::move(wake)});
    while (waiting_octets_ > max_waiting) {
      waiting_octets_ -= waiting_.front().record.size();
      dropped.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
      first_dropped |= dropped_++ == 0;
      metrics::count(metrics::Id::history_dropped);
    }
  }
  changed_.notify_all();
  if (first_dropped) sink_.write(log::make<log::Id::history_full>(path_));
  for (const Item& item : dropped) {
    item.handover->done_.store(true, std::memory_order_release);
    if (item.wake) item.wake();
  }
  return handover;
}

void Writer::give_up() {
  {
    const std::lock_guard lock(mutex_);
    if (behind_ || (!busy_ && waiting_.empty())) return;
    behind_ = true;
    written_behind_ = 0;
  }
  sink_.write(log::make<log::Id::history_slow>(path_));
}

void Writer::close(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  closing_ = true;
  changed_.notify_all();
  changed_.wait_for(lock, limit, [this] { return ended_; });
  const std::uint64_t lost = waiting_.size() + (busy_ ? 1 : 0) + std::exchange(dropped_, 0);
  lock.unlock();
  if (lost > 0) sink_.write(log::make<log::Id::history_lost>(path_, lost));
}

void Writer::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, retry_interval, [this] { return closing_ || !waiting_.empty(); });
    if (!waiting_.empty()) {
      Item item = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_octets_ -= item.record.size();
      busy_ = true;
      lock.unlock();
      write(std::move(item));
      tell_end_of_delay();
      continue;
    }
    const bool closing = closing_;
    lock.unlock();
    if (!closing) {
      output_->retry();
      continue;
    }
    output_->close();
    lock.lock();
    ended_ = true;
    changed_.notify_all();
    return;
  }
}

void Writer::write(Item item) {
  bool lost = false;
  try {
    output_->append(std::move(item.record));
  } catch (const std::exception&) {  // lack of memory
    lost = true;
  }
  bool first_dropped = false;
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    if (behind_) ++written_behind_;
    if (lost) first_dropped = dropped_++ == 0;
  }
  metrics::count(lost ? metrics::Id::history_dropped : metrics::Id::history_records);
  if (first_dropped) sink_.write(log::make<log::Id::history_full>(path_));
  item.handover->done_.store(true, std::memory_order_release);
  if (item.wake) item.wake();
}

void Writer::tell_end_of_delay() {
  std::unique_lock lock(mutex_);
  if (!waiting_.empty() || (!behind_ && dropped_ == 0)) return;
  const bool was_behind = std::exchange(behind_, false);
  const std::size_t written = written_behind_;
  const std::uint64_t dropped = std::exchange(dropped_, 0);
  lock.unlock();
  if (was_behind) sink_.write(log::make<log::Id::history_keeps_up>(path_, written));
  if (dropped > 0) sink_.write(log::make<log::Id::history_dropped>(path_, dropped));
}

}  // namespace dmarc::history
