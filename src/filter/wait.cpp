#include "filter/wait.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace dmarc::filter {
namespace {

class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    changed_.notify_one();
  }

  void wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

}  // namespace

policy::Judgement wait_for_judgement(Session& session, const Macros& macros) {
  // Shared, because it may be rung once more when nobody listens.
  const auto bell = std::make_shared<Bell>();
  std::optional<policy::Judgement> judgement =
      session.end_of_message(macros, [bell] { bell->ring(); });
  while (!judgement) {
    bell->wait_until(session.deadline());
    judgement = session.resume();
  }
  return *std::move(judgement);
}

}  // namespace dmarc::filter
