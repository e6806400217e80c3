// The look-ups made for one message: one deadline, one budget, one answer per question.
//
//   LookupSession session(engine, {.timeout = 5s, .max_queries = 60});
//   session.prefetch(name, Type::txt);
//   AnswerPtr answer = session.lookup(name, Type::txt);
//
// Every question goes to the AsyncResolver at most once; its answer is kept, so that a message is
// judged on one view of the DNS. The clock for `timeout` starts with the first call that has to
// wait. After the timeout every unanswered question is a temporary failure (Failure::timeout) at
// once. Past `max_queries` distinct questions the answer is Failure::budget.
//
// A caller that must not wait runs checks instead (dmarc/check.h).
//
// Threads: several threads may use one session. Answers may arrive after the session has been
// destroyed; they are dropped.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include <dmarc/resolver.h>

namespace dmarc::dns {

class LookupSession final : public Resolver {
 public:
  struct Limits {
    std::chrono::milliseconds timeout{5000};
    /// RFC 9989 needs at most 9 questions for each of at most 10 authors and 8 for each of at most
    /// 21 identifiers, RFC 7208 some 120 in the worst case: nothing that keeps those limits gets
    /// here.
    std::size_t max_queries = 300;
  };

  /// One look-up as it happened, for traces.
  struct Entry {
    Question question;
    AnswerPtr answer;  ///< null while it is under way
    std::chrono::microseconds took{
        0};  ///< from the question to its answer; 0 for an answer that was at hand
  };

  /// `source` must outlive every answer that is still under way, not only the session.
  LookupSession(AsyncResolver& source, Limits limits);
  ~LookupSession() override;

  AnswerPtr lookup(const Name& name, Type type) override;
  void prefetch(const Name& name, Type type) override;

  /// Everything asked so far, in the order in which it was asked.
  std::vector<Entry> entries() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dmarc::dns
