// The questions of one check: which answers are at hand, which one is waited for, and which will
// probably be wanted.
//
//   lookups.feed(answers);
//   dns::AnswerPtr answer = lookups.find({name, dns::Type::a});
//   if (!answer) return lookups.need();   // to be called again when there are more answers
//
// Limit: max_questions in one check, foreseen ones included. When one more is needed, find() gives
// nothing and exhausted() says why; what is only foreseen is then not asked for.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <vector>

#include <dmarc/check.h>

namespace dmarc::spf {

class Lookups {
 public:
  /// The answers that have come so far. They must stay valid until the next call of feed() or
  /// until nothing more is asked.
  void feed(const dns::Answers& answers) { answers_ = &answers; }

  /// Null when the question has to be waited for: it becomes the first of need().
  dns::AnswerPtr find(const dns::Question& question);

  /// Adds a question to need(), unless it has been listed before.
  void foresee(const dns::Question& question);

  /// What to ask now: the question that find() lacked, then those foreseen since the last call.
  dns::Need need();

  bool exhausted() const { return exhausted_; }

 private:
  /// The index of the question in asked_; asked_.size() when there is no room for it.
  std::size_t add(const dns::Question& question);

  const dns::Answers* answers_ = nullptr;
  std::vector<dns::Question> asked_;
  std::size_t listed_ = 0;  ///< so many of asked_ have been in need()
  std::size_t awaited_ = 0;
  bool exhausted_ = false;
};

}  // namespace dmarc::spf
