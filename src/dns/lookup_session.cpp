#include "dns/lookup_session.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

namespace dmarc::dns {
namespace {

using Clock = std::chrono::steady_clock;

AnswerPtr failed(Failure failure) {
  return std::make_shared<const Answer>(Answer::failed(failure));
}

std::chrono::microseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
}

}  // namespace

/// Shared with the callbacks of questions under way, which hold it weakly: an answer that comes
/// after the session finds nothing left.
struct LookupSession::State {
  struct Item {
    Entry entry;
    Clock::time_point asked;
    std::thread::id asker;
  };

  State(AsyncResolver& resolver, Limits given) : source(resolver), limits(given) {}

  AsyncResolver& source;
  const Limits limits;
  mutable std::mutex mutex;
  std::condition_variable changed;             ///< an answer arrived
  std::deque<Item> items;                      ///< grows at the end only: references stay good
  std::unordered_map<Question, Item*> places;  ///< into `items`
  std::optional<Clock::time_point> deadline;

  /// The item of the question, which is asked if it is new; null when the budget is used up.
  static Item* ask(const std::shared_ptr<State>& state, const Question& question);

  /// The item of the question and whether it is new; null when the budget is used up.
  std::pair<Item*, bool> enter(const Question& question) {
    const std::lock_guard lock(mutex);
    if (const auto known = places.find(question); known != places.end())
      return {known->second, false};
    if (items.size() >= limits.max_queries) return {nullptr, false};
    Item& item =
        items.emplace_back(Item{{question, nullptr}, Clock::now(), std::this_thread::get_id()});
    places.emplace(question, &item);
    return {&item, true};
  }

  /// An answer that comes after the question was given up as timed out is dropped: the question
  /// has had its answer.
  void deliver(Item& item, AnswerPtr answer) {
    const std::lock_guard lock(mutex);
    if (item.entry.answer) return;
    item.entry.answer = std::move(answer);
    // A resolver gives an answer that is at hand on the thread that asks, any other on its own.
    if (item.asker != std::this_thread::get_id()) item.entry.took = since(item.asked);
    changed.notify_all();
  }

  AnswerPtr wait(Item& item) {
    std::unique_lock lock(mutex);
    while (!known(item)) {
      if (!deadline) deadline = Clock::now() + limits.timeout;
      const auto until = *deadline;
      changed.wait_until(lock, until);
    }
    return item.entry.answer;
  }

  /// With the mutex held: the answer; after the deadline every question has one.
  AnswerPtr known(Item& item) {
    if (!item.entry.answer && deadline && Clock::now() >= *deadline) {
      item.entry.answer = failed(Failure::timeout);
      item.entry.took = since(item.asked);
    }
    return item.entry.answer;
  }
};

LookupSession::LookupSession(AsyncResolver& source, Limits limits)
    : state_(std::make_shared<State>(source, limits)) {}

LookupSession::~LookupSession() = default;

LookupSession::State::Item* LookupSession::State::ask(const std::shared_ptr<State>& state,
                                                      const Question& question) {
  const auto [item, is_new] = state->enter(question);
  if (is_new)
    state->source.resolve(question, [weak = std::weak_ptr(state), item = item](AnswerPtr answer) {
      if (const auto alive = weak.lock()) alive->deliver(*item, std::move(answer));
    });
  return item;
}

AnswerPtr LookupSession::lookup(const Name& name, Type type) {
  State::Item* item = State::ask(state_, {name, type});
  return item ? state_->wait(*item) : failed(Failure::budget);
}

void LookupSession::prefetch(const Name& name, Type type) {
  State::ask(state_, {name, type});
}

std::vector<LookupSession::Entry> LookupSession::entries() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<Entry> entries;
  entries.reserve(state_->items.size());
  for (const State::Item& item : state_->items)
    entries.push_back(item.entry);
  return entries;
}

}  // namespace dmarc::dns
