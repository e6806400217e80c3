#include "spf/questions.h"

#include <algorithm>

#include "spf/limits.h"
#include "spf/macro.h"

namespace dmarc::spf {

std::size_t Questions::add(const dns::Question& question) {
  const auto found = std::find(asked_.begin(), asked_.end(), question);
  const auto index = static_cast<std::size_t>(found - asked_.begin());
  if (found == asked_.end() && index < max_questions) asked_.push_back(question);
  return index;
}

dns::AnswerPtr Questions::find(const dns::Question& question) {
  awaited_ = add(question);
  if (awaited_ == asked_.size()) {
    exhausted_ = true;
    return nullptr;
  }
  dns::AnswerPtr answer = answers_->find(question);
  if (answer && answer->failure == dns::Failure::own_limit && !kept_away_) kept_away_ = question;
  return answer;
}

void Questions::foresee(const dns::Question& question) {
  add(question);
}

dns::Need Questions::need() {
  dns::Need need;
  need.questions.push_back(asked_[awaited_]);
  for (; listed_ < asked_.size(); ++listed_)
    if (listed_ != awaited_ && !answers_->find(asked_[listed_]))
      need.questions.push_back(asked_[listed_]);
  return need;
}

dns::Type address_type(const base::IpAddress& client) {
  return client.is_v4() ? dns::Type::a : dns::Type::aaaa;
}

std::vector<dns::Name> ptr_names(const dns::Answer& answer) {
  std::vector<dns::Name> names;
  const std::size_t count = std::min(answer.records.size(), max_ptr_names);
  for (std::size_t i = 0; i < count; ++i)
    if (auto name = dns::Name::from_octets(answer.records[i])) names.push_back(*std::move(name));
  return names;
}

const dns::Question& ClientNames::question() {
  if (!question_) question_ = dns::Question{reverse_name(client_), dns::Type::ptr};
  return *question_;
}

void ClientNames::read(const dns::Answer& answer) {
  if (candidates_) return;
  candidates_.emplace();
  for (dns::Name& name : ptr_names(answer))
    candidates_->push_back({std::move(name), State::unknown});
}

bool ClientNames::validate(Questions& questions, const dns::Name* ancestor) {
  const dns::Type type = address_type(client_);
  const auto is_open = [ancestor](const Candidate& candidate) {
    return candidate.state == State::unknown &&
           (ancestor == nullptr || candidate.name.is_at_or_below(*ancestor));
  };
  for (const Candidate& candidate : *candidates_)
    if (is_open(candidate)) questions.foresee({candidate.name, type});

  const std::string address(client_.octets().begin(), client_.octets().end());
  for (Candidate& candidate : *candidates_) {
    if (!is_open(candidate)) continue;
    const dns::AnswerPtr answer = questions.find({candidate.name, type});
    if (!answer) return false;
    const auto& records = answer->records;
    const bool found = std::find(records.begin(), records.end(), address) != records.end();
    candidate.state = found ? State::confirmed : State::denied;
  }
  return true;
}

bool ClientNames::any_below(const dns::Name& ancestor) const {
  return std::any_of(candidates_->begin(), candidates_->end(), [&](const Candidate& candidate) {
    return candidate.state == State::confirmed && candidate.name.is_at_or_below(ancestor);
  });
}

std::optional<std::string> ClientNames::for_macro(Questions& questions, const dns::Name& domain) {
  if (!candidates_) {
    const dns::AnswerPtr answer = questions.find(question());
    if (!answer) return {};
    read(*answer);
  }
  if (!validate(questions, nullptr)) return {};
  const dns::Name* best = nullptr;
  for (const Candidate& candidate : *candidates_) {
    if (candidate.state != State::confirmed) continue;
    if (candidate.name == domain) return domain.text();
    const bool below = candidate.name.is_at_or_below(domain);
    if (best == nullptr || (below && !best->is_at_or_below(domain))) best = &candidate.name;
  }
  return best == nullptr ? "unknown" : best->text();
}

}  // namespace dmarc::spf
