#include "resolver/shares.h"

namespace dmarc::resolver {

void Shares::take_out(AskerId id, const Asker& asker) {
  ready_.erase({asker.under_way.size(), asker.turn, id});
  busy_.erase({asker.under_way.size(), id});
}

void Shares::put_in(AskerId id) {
  const auto found = askers_.find(id);
  Asker& asker = found->second;
  const std::size_t count = asker.under_way.size();
  if (asker.waiting.empty() && count == 0) {
    askers_.erase(found);
    return;
  }
  if (!asker.waiting.empty() && count < limit_of(id)) ready_.emplace(count, asker.turn, id);
  if (count > 0) busy_.emplace(count, id);
}

void Shares::insert(Number number, AskerId id, bool first) {
  Asker& asker = askers_[id];
  take_out(id, asker);
  if (asker.waiting.empty()) asker.turn = ++turns_;
  auto& list = asker.waiting;
  const auto place = list.insert(first ? list.begin() : list.end(), number);
  questions_[number] = {id, false, place};
  put_in(id);
}

void Shares::add(AskerId asker, Number number) {
  insert(number, asker, false);
}

void Shares::remove(Number number) {
  const auto found = questions_.find(number);
  const Question question = found->second;
  questions_.erase(found);
  Asker& asker = askers_.at(question.asker);
  take_out(question.asker, asker);
  (question.under_way ? asker.under_way : asker.waiting).erase(question.place);
  if (question.under_way) --under_way_;
  put_in(question.asker);
}

void Shares::share(Number number, AskerId with) {
  const Question& question = questions_.at(number);
  if (question.asker == with) return;
  const auto other = askers_.find(with);
  const std::size_t theirs = other == askers_.end() ? 0 : other->second.under_way.size();
  // What is under way is counted for one who has room for it.
  const std::size_t ours = askers_.at(question.asker).under_way.size();
  if (theirs < ours && theirs < limit_of(with)) give(number, with);
}

void Shares::give(Number number, AskerId to) {
  const bool was_under_way = questions_.at(number).under_way;
  remove(number);
  insert(number, to, false);
  if (!was_under_way) return;
  Asker& asker = askers_.at(to);
  take_out(to, asker);
  Question& question = questions_.at(number);
  asker.under_way.splice(asker.under_way.end(), asker.waiting, question.place);
  question.under_way = true;
  ++under_way_;
  put_in(to);
}

std::optional<Shares::Turn> Shares::next() {
  if (ready_.empty()) return {};
  const auto [count, turn, id] = *ready_.begin();
  std::optional<Number> suspended;
  if (under_way_ >= limits_.in_all) {
    const auto [most, busiest] = *busy_.rbegin();
    if (most <= count + 1) return {};
    suspended = askers_.at(busiest).under_way.back();
    suspend(*suspended);
  }
  Asker& asker = askers_.at(id);
  take_out(id, asker);
  const Number number = asker.waiting.front();
  asker.under_way.splice(asker.under_way.end(), asker.waiting, asker.waiting.begin());
  questions_.at(number).under_way = true;
  ++under_way_;
  asker.turn = ++turns_;
  put_in(id);
  return Turn{number, suspended};
}

void Shares::suspend(Number number) {
  const AskerId asker = owner(number);
  remove(number);
  insert(number, asker, true);
}

}  // namespace dmarc::resolver
