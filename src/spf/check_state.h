// An SPF check that never waits (include/dmarc/check.h says what a check is). Request, options and
// result are those of spf/check.h.
//
//   spf::Check check({.client = client, .helo = "mx.example.org", .sender = path}, options);
//   dns::Step<spf::Result> step = check.begin();
//   while (const auto* need = std::get_if<dns::Need>(&step)) {
//     ... ask need->questions; when the first of them has been answered:
//     step = check.next(answers);
//   }
//   const spf::Result& result = std::get<spf::Result>(step);
//   if (result.code == spf::Code::pass && result.domain) ... an Authenticated Identifier
//
// For example `v=spf1 a include:net.example -all` of example.org: begin() needs TXT example.org;
// next() with that answer needs A example.org and, at the same time, TXT net.example; next() with
// both answers has the result, unless the record of net.example has questions of its own. A record
// is read once, and no answer is looked at again.
//
// Threads: a check belongs to one thread at a time. Limits: spf/limits.h; a check that reaches one
// of them ends with permerror. Errors: they are results, with the reason in Result::problem.
#pragma once

#include <memory>

#include <dmarc/check.h>

#include "spf/check.h"

namespace dmarc::spf {

class Check {
 public:
  Check(Request request, Options options);
  Check(Check&&) noexcept;
  Check& operator=(Check&&) noexcept;
  ~Check();

  /// The first step: what to ask, or the result when nothing has to be asked.
  dns::Step<Result> begin();

  /// Goes on with the answers that have come so far. Each question is listed once among those that
  /// are foreseen, and first when it is waited for. Not to be called after the result.
  dns::Step<Result> next(const dns::Answers& answers);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace dmarc::spf
