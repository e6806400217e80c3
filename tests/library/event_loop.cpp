// A program with an event loop of its own that never waits for an answer: here the loop is a queue,
// in which each question is answered some turns later.
#include <deque>
#include <iostream>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include <dmarc/evaluate.h>
#include <dmarc/zone.h>

namespace {

namespace dns = dmarc::dns;

/// One message: its check, and the answers that have come so far.
class Message final : public dns::Answers {
 public:
  Message(dmarc::Inputs inputs, std::deque<dns::Question>& network)
      : inputs_(std::move(inputs)),
        check_(inputs_.author, dmarc::Options{}, candidates(inputs_)),
        network_(network) {
    go_on(check_.begin());
  }

  dns::AnswerPtr find(const dns::Question& question) const override {
    const auto known = answers_.find(question);
    return known == answers_.end() ? nullptr : known->second;
  }

  /// Called by the event loop.
  void arrived(const dns::Question& question, dns::AnswerPtr answer) {
    answers_[question] = std::move(answer);
    if (!done_) go_on(check_.next(*this));
  }

 private:
  void go_on(const dns::Step<dmarc::Discovery>& step) {
    if (const auto* need = std::get_if<dns::Need>(&step)) {
      for (const dns::Question& question : need->questions)
        if (asked_.insert(question).second) network_.push_back(question);
      return;
    }
    done_ = true;
    const dmarc::Verdict verdict = evaluate(inputs_, std::get<dmarc::Discovery>(step));
    std::cout << verdict.author.text() << ' ' << to_string(verdict.result) << '\n';
  }

  dmarc::Inputs inputs_;
  dmarc::DiscoveryCheck check_;
  std::deque<dns::Question>& network_;
  std::unordered_map<dns::Question, dns::AnswerPtr> answers_;
  std::unordered_set<dns::Question> asked_;
  bool done_ = false;
};

}  // namespace

int main() {
  const auto zone = dns::Zone::parse(R"(
    _dmarc.bank.example  TXT  "v=DMARC1; p=reject"
  )");
  const auto author = dns::Name::parse("bank.example");
  const auto signer = dns::Name::parse("mail.bank.example");
  if (!zone || !author || !signer) return 1;

  std::deque<dns::Question> network;
  dmarc::Inputs inputs{.author = *author};
  inputs.dkim.push_back({.domain = *signer, .outcome = dmarc::MethodOutcome::pass});
  Message message(std::move(inputs), network);
  while (!network.empty()) {
    const dns::Question question = network.front();
    network.pop_front();
    message.arrived(question, zone->find(question));
  }
}
