// A check of one message (dmarc/check.h) and how far it has come.
//
//   RunningCheck<spf::Check, spf::Result> spf(spf::Check(request, options), lookups);
//   if (spf.advance()) ... spf.result()
//
// advance() goes as far as the answers at hand allow, and asks what is needed next. It costs
// nothing while the answer that the check waits for has not come.
//
// Threads: belongs to one thread.
#pragma once

#include <optional>
#include <utility>
#include <variant>

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
    if (result_) return true;
    if (awaited_ && !lookups_->find(*awaited_)) return false;
    awaited_.reset();
    take(std::exchange(begun_, true) ? check_.next(*lookups_) : check_.begin());
    while (!result_ && awaited_ && lookups_->find(*awaited_)) {
      awaited_.reset();
      take(check_.next(*lookups_));
    }
    return result_.has_value();
  }

  /// The check itself, to be told what it did not know; it then goes on with advance().
  Check& tell() {
    awaited_.reset();
    return check_;
  }

  const std::optional<Result>& result() const { return result_; }
  Result take_result() { return *std::move(result_); }

 private:
  void take(dns::Step<Result> step) {
    if (auto* const result = std::get_if<Result>(&step)) {
      result_.emplace(std::move(*result));
      return;
    }
    dns::Need& need = std::get<dns::Need>(step);
    for (const dns::Question& question : need.questions)
      lookups_->ask(question);
    if (!need.questions.empty()) awaited_.emplace(std::move(need.questions.front()));
  }

  Check check_;
  Lookups* lookups_;
  std::optional<dns::Question> awaited_;
  std::optional<Result> result_;
  bool begun_ = false;
};

}  // namespace dmarc::filter
