#include "recorder.h"

#include <algorithm>

namespace dmarc::test {

dns::AnswerPtr Recorder::lookup(const dns::Name& name, dns::Type type) {
  const dns::Question question{name, type};
  if (std::find(questions_.begin(), questions_.end(), question) == questions_.end())
    questions_.push_back(question);
  return source_.lookup(name, type);
}

std::vector<std::string> Recorder::first_record_queries(std::size_t count) const {
  std::vector<std::string> names;
  for (const dns::Question& question : questions_)
    if (question.type == dns::Type::txt && names.size() < count)
      names.push_back(question.name.text());
  return names;
}

std::string Recorder::existence_query() const {
  const auto found = std::find_if(questions_.begin(), questions_.end(), [](const auto& question) {
    return question.type != dns::Type::txt;
  });
  return found == questions_.end() ? "none" : found->name.text();
}

std::vector<std::string> Recorder::agreement_queries() const {
  std::vector<std::string> names;
  for (const dns::Question& question : questions_)
    if (question.name.text().find("._report._dmarc.") != std::string::npos)
      names.push_back(question.name.text());
  return names;
}

}  // namespace dmarc::test
