#include "filter/lookups.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace dmarc::filter {
namespace {

dns::AnswerPtr failed(dns::Failure failure) {
  return std::make_shared<const dns::Answer>(dns::Answer::failed(failure));
}

}  // namespace

/// Where threads of the resolver put answers.
struct Lookups::Inbox {
  struct Arrival {
    std::size_t item;
    dns::AnswerPtr answer;
  };

  explicit Inbox(std::function<void()> wake_owner) : wake(std::move(wake_owner)) {}

  const std::function<void()> wake;
  std::mutex mutex;
  std::vector<Arrival> arrivals;
  bool owner_looks = false;  ///< it takes what is here before it rests, so it need not be woken
  bool woken = false;
  bool closed = false;  ///< the owner is gone

  void put(std::size_t item, dns::AnswerPtr answer) {
    {
      const std::lock_guard lock(mutex);
      if (closed) return;
      arrivals.push_back({item, std::move(answer)});
      if (owner_looks || std::exchange(woken, true)) return;
    }
    wake();
  }

  std::vector<Arrival> take(bool looks) {
    const std::lock_guard lock(mutex);
    owner_looks = looks;
    woken = false;
    return std::exchange(arrivals, {});
  }
};

Lookups::Lookups(MessageQuestions& questions, std::size_t max_questions, std::function<void()> wake)
    : questions_(questions), max_questions_(max_questions), wake_(std::move(wake)) {}

Lookups::~Lookups() {
  if (!inbox_) return;
  const std::lock_guard lock(inbox_->mutex);
  inbox_->closed = true;
}

const Lookups::Item* Lookups::find_item(const dns::Question& question, std::size_t hash) const {
  const auto found = std::ranges::find_if(
      items_, [&](const Item& item) { return item.hash == hash && item.question == question; });
  return found == items_.end() ? nullptr : &*found;
}

void Lookups::ask(const dns::Question& question) {
  const std::size_t hash = std::hash<dns::Question>{}(question);
  if (after_end_ || find_item(question, hash) != nullptr) return;
  const std::size_t index = items_.size();
  if (index >= max_questions_) return;
  items_.push_back({hash, question, questions_.at_hand(question)});
  if (items_.back().answer) return;
  if (!inbox_) inbox_ = std::make_shared<Inbox>(wake_);
  {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->owner_looks = true;
  }
  questions_.resolve(question, [inbox = inbox_, index](dns::AnswerPtr answer) {
    inbox->put(index, std::move(answer));
  });
  take_arrivals();
}

void Lookups::take_arrivals() {
  if (!inbox_) return;
  for (Inbox::Arrival& arrival : inbox_->take(false)) {
    dns::AnswerPtr& answer = items_[arrival.item].answer;
    if (!answer) answer = std::move(arrival.answer);
  }
}

// What is asked from now on would have been asked in time, had nothing had to wait for its turn.
void Lookups::give_up() {
  if (after_end_) return;
  bool waited = false;
  for (Item& item : items_) {
    if (item.answer) continue;
    const bool waiting = questions_.is_waiting(item.question);
    item.answer = failed(waiting ? dns::Failure::own_limit : dns::Failure::timeout);
    waited |= waiting;
  }
  after_end_ = failed(waited ? dns::Failure::own_limit : dns::Failure::timeout);
}

dns::AnswerPtr Lookups::find(const dns::Question& question) const {
  const Item* const item = find_item(question, std::hash<dns::Question>{}(question));
  if (item != nullptr && item->answer) return item->answer;
  if (after_end_) return after_end_;
  if (item == nullptr && items_.size() >= max_questions_) return failed(dns::Failure::budget);
  return nullptr;
}

}  // namespace dmarc::filter
