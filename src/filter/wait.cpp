#include "filter/wait.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace dmarc::filter {

struct Wakeup::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool called = false;
};

Wakeup::Wakeup() : state_(std::make_shared<State>()) {}

Wake Wakeup::wake() const {
  return [state = state_] {
    const std::lock_guard lock(state->mutex);
    state->called = true;
    state->changed.notify_one();
  };
}

void Wakeup::wait_until(io::Time deadline) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_until(lock, deadline, [this] { return state_->called; });
  state_->called = false;
}

policy::Judgement wait_for_judgement(Session& session, Wakeup& wakeup, const Macros& macros) {
  std::optional<policy::Judgement> judgement = session.end_of_message(macros);
  while (!judgement) {
    wakeup.wait_until(session.deadline());
    judgement = session.advance();
  }
  return *std::move(judgement);
}

}  // namespace dmarc::filter
