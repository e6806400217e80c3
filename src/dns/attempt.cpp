#include "dns/attempt.h"

namespace dmarc::dns {
namespace {

const AnswerPtr& guess() {
  static const AnswerPtr answer = std::make_shared<const Answer>(Answer::failed(Failure::timeout));
  return answer;
}

}  // namespace

AnswerPtr Attempt::lookup(const Name& name, Type type) {
  if (missing_) return guess();
  const Question question{name, type};
  if (AnswerPtr answer = session_.ask(question)) return answer;
  missing_ = question;
  return guess();
}

void Attempt::prefetch(const Name& name, Type type) {
  if (!missing_) session_.prefetch(name, type);
}

}  // namespace dmarc::dns
