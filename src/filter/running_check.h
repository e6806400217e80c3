// A check of one message (dmarc/check.h) and how far it has come.
//
//   RunningCheck<spf::Check, spf::Result> spf(spf::Check(request, options), lookups);
//   if (spf.advance()) ... spf.result()
//
// advance() goes as far as the answers at hand allow, and asks what is needed next. It costs
// nothing while what the check waits for has not come. A check with much work at hand does it in
// turns: one for each call.
//
// A check whose questions stand side by side (`asks_all_at_once`) goes on with any answer; others
// wait for their first question alone. One that looks at hashes of the body is told by
// body_ended() that they are there.
//
// Threads: belongs to one thread.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <dmarc/check.h>

#include "filter/lookups.h"

namespace dmarc::filter {

template <typename Check, typename Result>
class RunningCheck {
 public:
  /// `lookups` must outlive it.
  RunningCheck(Check check, Lookups& lookups) : check_(std::move(check)), lookups_(&lookups) {}

  /// True when the result is known.
  bool advance() {
    while (!result_ && can_go_on()) {
      take(std::exchange(begun_, true) ? check_.next(*lookups_) : check_.begin());
      if (has_more_) break;
    }
    return result_.has_value();
  }

  /// After advance(): it could go on, and does with the next call.
  bool has_more() const { return has_more_; }

  /// The check itself, to be told what it did not know; it then goes on with advance().
  Check& tell() {
    waits_ = false;
    return check_;
  }

  /// The check itself, to be looked at.
  const Check& check() const { return check_; }

  /// After advance(): the rest of the body makes a difference.
  bool wants_body() const { return wants_body_; }
  /// The check goes on with advance().
  void body_ended() {
    if (std::exchange(wants_body_, false)) waits_ = false;
  }

  /// What is still open can't change any more what the result means.
  bool is_sufficient() const { return sufficient_; }

  const std::optional<Result>& result() const { return result_; }
  Result take_result() { return *std::move(result_); }

 private:
  static constexpr bool asks_all_at_once = requires { Check::asks_all_at_once; };

  bool can_go_on() const {
    const auto has_answer = [this](const dns::Question& question) {
      return lookups_->find(question) != nullptr;
    };
    return !waits_ || std::any_of(awaited_.begin(), awaited_.end(), has_answer);
  }

  void take(dns::Step<Result> step) {
    awaited_.clear();
    wants_body_ = false;
    has_more_ = false;
    if (auto* const result = std::get_if<Result>(&step)) {
      result_.emplace(std::move(*result));
      return;
    }
    dns::Need& need = std::get<dns::Need>(step);
    has_more_ = need.more;
    waits_ = !has_more_;
    wants_body_ = need.wants_body;
    sufficient_ = need.sufficient;
    for (const dns::Question& question : need.questions)
      lookups_->ask(question);
    if (!asks_all_at_once && need.questions.size() > 1)
      need.questions.erase(need.questions.begin() + 1, need.questions.end());
    awaited_ = std::move(need.questions);
  }

  Check check_;
  Lookups* lookups_;
  std::vector<dns::Question> awaited_;
  std::optional<Result> result_;
  bool begun_ = false;
  bool waits_ = false;
  bool has_more_ = false;
  bool wants_body_ = false;
  bool sufficient_ = false;
};

}  // namespace dmarc::filter
