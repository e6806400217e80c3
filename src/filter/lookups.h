// The look-ups of one message: what was asked, and the answers that have come.
//
//   Lookups lookups(resolver, max_questions, wake);
//   lookups.ask({name, type});
//   ... when `wake` was called:  lookups.take_arrivals();
//   if (auto answer = lookups.find({name, type})) ...
//
// Answers that are at hand (the cache, a zone) are there when ask() returns, and wake nobody.
// Others come on a thread of the resolver, which does no more than put them down; the owner takes
// them when it was woken, on its own thread. Answers that come after the owner is gone are dropped.
//
// Limit: past `max_questions` a question is answered with Failure::budget.
// Threads: belongs to one thread; `wake` is called from threads of the resolver, once for all
// answers that come until take_arrivals().
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/resolver.h>

namespace dmarc::filter {

class Lookups final : public dns::Answers {
 public:
  /// `resolver` must outlive it.
  Lookups(dns::AsyncResolver& resolver, std::size_t max_questions, std::function<void()> wake);
  ~Lookups() override;
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  /// Asks what was not asked before.
  void ask(const dns::Question& question);

  dns::AnswerPtr find(const dns::Question& question) const override;

  /// Takes the answers that have come since the last time.
  void take_arrivals();

  /// From now on what has no answer has failed, and so has what is asked later: the time is up.
  void give_up() { given_up_ = true; }

 private:
  struct Inbox;
  struct Item {
    std::size_t hash;
    dns::Question question;
    dns::AnswerPtr answer;  ///< null while it is under way
  };

  const Item* find_item(const dns::Question& question, std::size_t hash) const;

  dns::AsyncResolver& resolver_;
  const std::size_t max_questions_;
  const std::function<void()> wake_;
  /// Shared with the answers under way; null until there is one.
  std::shared_ptr<Inbox> inbox_;
  std::vector<Item> items_;  ///< seldom more than twenty
  bool given_up_ = false;
};

}  // namespace dmarc::filter
