#include "spf/lookups.h"

#include <algorithm>

#include "spf/limits.h"

namespace dmarc::spf {

std::size_t Lookups::add(const dns::Question& question) {
  const auto found = std::find(asked_.begin(), asked_.end(), question);
  const auto index = static_cast<std::size_t>(found - asked_.begin());
  if (found == asked_.end() && index < max_questions) asked_.push_back(question);
  return index;
}

dns::AnswerPtr Lookups::find(const dns::Question& question) {
  awaited_ = add(question);
  if (awaited_ < asked_.size()) return answers_->find(question);
  exhausted_ = true;
  return nullptr;
}

void Lookups::foresee(const dns::Question& question) {
  add(question);
}

dns::Need Lookups::need() {
  dns::Need need;
  need.questions.push_back(asked_[awaited_]);
  for (; listed_ < asked_.size(); ++listed_)
    if (listed_ != awaited_ && !answers_->find(asked_[listed_]))
      need.questions.push_back(asked_[listed_]);
  return need;
}

}  // namespace dmarc::spf
