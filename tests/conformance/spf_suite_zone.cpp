#include "spf_suite_zone.h"

#include <utility>

namespace dmarc::test {

void SpfSuiteZone::add(const dns::Name& owner, dns::Type type, std::string data) {
  zone_.add(owner, type, std::move(data));
}

void SpfSuiteZone::add_empty(const dns::Name& owner) {
  // A name exists when something lies below it.
  if (const auto below = owner.with_prefix("empty")) zone_.add(*below, dns::Type::txt, "");
}

void SpfSuiteZone::add_timeout(const dns::Name& owner, dns::Type type) {
  silent_questions_.emplace(owner, type);
}

void SpfSuiteZone::add_timeout(const dns::Name& owner) {
  silent_names_.insert(owner);
}

bool SpfSuiteZone::times_out(const dns::Question& question, const dns::Answer& answer) const {
  return silent_questions_.contains({question.name, question.type}) ||
         (answer.records.empty() && silent_names_.contains(question.name));
}

void SpfSuiteZone::resolve(const dns::Question& question, Callback done) {
  auto answer = std::make_shared<dns::Answer>(zone_.answer(question));
  if (times_out(question, *answer)) {
    *answer = dns::Answer();
    answer->failure = dns::Failure::timeout;
  }
  done(std::move(answer));
}

}  // namespace dmarc::test
