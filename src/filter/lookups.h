// The look-ups of one check: what was asked, and the answers that have come.
//
//   MessageQuestions questions(resolver);          // of the message, shared by its checks
//   Lookups lookups(questions, max_questions, wake);
//   lookups.ask({name, type});
//   ... when `wake` was called:  lookups.take_arrivals();
//   if (auto answer = lookups.find({name, type})) ...
//
// Answers that are at hand (the cache, a zone) are there when ask() returns, and wake nobody.
// Others come on a thread of the resolver, which does no more than put them down; the owner takes
// them when it was woken, on its own thread. When the owner is gone, so are its questions; answers
// that come all the same are dropped.
//
// Limits: past `max_questions` a question is answered with Failure::budget. How many questions of a
// message are under way at a time is up to the resolver: others wait for their turn, and fail with
// Failure::own_limit when the time is up before it has come.
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

/// A message, as one who asks. Most messages find all they need at hand and ask nothing.
class MessageQuestions {
 public:
  /// `resolver` must outlive it.
  explicit MessageQuestions(dns::AsyncResolver& resolver) : resolver_(resolver) {}

  dns::AnswerPtr at_hand(const dns::Question& question) { return resolver_.at_hand(question); }
  void resolve(const dns::Question& question, dns::AsyncResolver::Callback done) {
    if (!asker_) asker_ = resolver_.open();
    asker_->resolve(question, std::move(done));
  }
  bool is_waiting(const dns::Question& question) const {
    return asker_ && asker_->is_waiting(question);
  }

 private:
  dns::AsyncResolver& resolver_;
  std::unique_ptr<dns::AsyncResolver::Asker> asker_;
};

class Lookups final : public dns::Answers {
 public:
  /// `questions` must outlive it.
  Lookups(MessageQuestions& questions, std::size_t max_questions, std::function<void()> wake);
  ~Lookups() override;
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  /// Asks what was not asked before.
  void ask(const dns::Question& question);

  dns::AnswerPtr find(const dns::Question& question) const override;

  /// Takes the answers that have come since the last time.
  void take_arrivals();

  /// From now on what has no answer has failed, and so has what is asked later: the time is up.
  void give_up();

 private:
  struct Inbox;
  struct Item {
    std::size_t hash;
    dns::Question question;
    dns::AnswerPtr answer;  ///< null while it is under way
  };

  const Item* find_item(const dns::Question& question, std::size_t hash) const;

  MessageQuestions& questions_;
  const std::size_t max_questions_;
  const std::function<void()> wake_;
  /// Shared with the answers under way; null until there is one.
  std::shared_ptr<Inbox> inbox_;
  std::vector<Item> items_;   ///< seldom more than twenty
  dns::AnswerPtr after_end_;  ///< once the time is up: of what is asked then
};

}  // namespace dmarc::filter
