// One run of a computation over the answers that have arrived so far, for callers that must not
// wait.
//
//   Attempt attempt(session);
//   const Verdict verdict = evaluate(inputs, options, attempt);
//   if (!attempt.missing()) ... the verdict holds
//   else session.await(*attempt.missing(), run_again);
//
// A look-up whose answer is still under way reads as a temporary failure and is remembered as
// missing(); the result of such a run is to be thrown away. What follows rests on a guess, so
// nothing more is asked from there on: all runs together ask exactly what one run that waits would
// ask, in the same order, and each run gets further than the one before.
//
// Threads: one at a time. The session must outlive it.
#pragma once

#include <optional>

#include "dns/lookup_session.h"

namespace dmarc::dns {

class Attempt final : public Resolver {
 public:
  explicit Attempt(LookupSession& session) : session_(session) {}

  AnswerPtr lookup(const Name& name, Type type) override;
  void prefetch(const Name& name, Type type) override;

  /// The first question whose answer would have had to be waited for.
  const std::optional<Question>& missing() const { return missing_; }

 private:
  LookupSession& session_;
  std::optional<Question> missing_;
};

}  // namespace dmarc::dns
