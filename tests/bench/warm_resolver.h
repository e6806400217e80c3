// Answers as a warm cache gives them: found, not made.
#pragma once

#include <memory>
#include <unordered_map>

#include <dmarc/zone.h>

namespace dmarc::test {

class WarmResolver final : public dns::Resolver {
 public:
  explicit WarmResolver(const dns::Zone& zone) : zone_(zone) {}

  dns::AnswerPtr lookup(const dns::Name& name, dns::Type type) override {
    dns::AnswerPtr& answer = answers_[{name, type}];
    if (!answer) answer = std::make_shared<dns::Answer>(zone_.answer({name, type}));
    return answer;
  }
  void prefetch(const dns::Name&, dns::Type) override {}

 private:
  const dns::Zone& zone_;
  std::unordered_map<dns::Question, dns::AnswerPtr> answers_;
};

}  // namespace dmarc::test
