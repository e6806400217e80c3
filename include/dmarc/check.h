// How a check asks the DNS: it never waits and never calls anybody.
//
//   SomeCheck check(inputs);
//   dns::Step<SomeResult> step = check.begin();
//   while (const auto* need = std::get_if<dns::Need>(&step)) {
//     ... ask need->questions; go on when need->questions.front() has its answer
//     step = check.next(answers);
//   }
//   std::get<SomeResult>(step)
//
// A check is a value with a state. It is carried on by whoever feeds it: a filter as answers come,
// on the thread of the connection; a tool with wait_for(), below. What was read from an answer is
// kept in the state and not read again.
//
// The caller may give up at any time: it then answers what is still open with temporary failures,
// and the check ends with a result at once.
//
// Threads: a check and its answers belong to one thread at a time.
#pragma once

#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <dmarc/resolver.h>

namespace dmarc::dns {

/// The answers that have come so far.
class Answers {
 public:
  virtual ~Answers() = default;
  /// Null while the answer is under way, or when the question was not asked. The same question has
  /// the same answer for as long as the check runs.
  virtual AnswerPtr find(const Question& question) const = 0;
};

/// For the start of a check: nothing has been answered.
class NoAnswers final : public Answers {
 public:
  AnswerPtr find(const Question&) const override { return nullptr; }
};

/// What a check lacks to go on.
struct Need {
  /// Still open. The check waits for the first; the others will probably be wanted and are to be
  /// asked at the same time. Empty when it waits for the body alone.
  std::vector<Question> questions;
  /// The message's body makes a difference.
  bool wants_body = false;
  /// There is work at hand: next() is to be called again, when others have had their turn.
  bool more = false;
  /// Nothing that is still open can change what the result means to the caller any more.
  bool sufficient = false;
};

template <typename Result>
using Step = std::variant<Result, Need>;

/// True when the check can go on at once.
template <typename Result>
bool has_more(const Step<Result>& step) {
  const Need* const need = std::get_if<Need>(&step);
  return need != nullptr && need->more;
}

/// Takes a check from a step of its own to its end with a resolver that waits.
template <typename Check, typename Result>
Result wait_for_rest(Check& check, Step<Result> step, Resolver& resolver) {
  class Collected final : public Answers {
   public:
    AnswerPtr find(const Question& question) const override {
      const auto found = answers.find(question);
      return found == answers.end() ? nullptr : found->second;
    }
    std::unordered_map<Question, AnswerPtr> answers;
  } collected;
  while (auto* need = std::get_if<Need>(&step)) {
    if (need->more) {
      step = check.next(collected);
      continue;
    }
    for (const Question& question : need->questions)
      resolver.prefetch(question.name, question.type);
    Question& awaited = need->questions.front();
    AnswerPtr answer = resolver.lookup(awaited.name, awaited.type);
    collected.answers.emplace(std::move(awaited), std::move(answer));
    step = check.next(collected);
  }
  return std::get<Result>(std::move(step));
}

/// Runs a check to its end with a resolver that waits: for tools and tests.
template <typename Check>
auto wait_for(Check& check, Resolver& resolver) {
  return wait_for_rest(check, check.begin(), resolver);
}

/// The same for a check that looks at hashes of the body, which is at hand.
template <typename Check, typename BodyHashes>
auto wait_for(Check& check, BodyHashes& hashes, std::string_view body, Resolver& resolver) {
  auto step = check.begin();
  if (std::holds_alternative<Need>(step)) {
    hashes.update(body);
    hashes.finish();
    step = check.next(NoAnswers());
  }
  return wait_for_rest(check, std::move(step), resolver);
}

}  // namespace dmarc::dns
