// A program with an event loop of its own that judges messages by SPF and DMARC and never waits for
// an answer: here the loop is a queue, in which each question is answered some turns later.
#include <deque>
#include <iostream>
#include <list>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>

#include <dmarc/evaluate.h>
#include <dmarc/spf.h>
#include <dmarc/zone.h>

namespace {

namespace dns = dmarc::dns;
namespace spf = dmarc::spf;

dmarc::MethodOutcome outcome_of(spf::Code code) {
  if (code == spf::Code::pass) return dmarc::MethodOutcome::pass;
  return code == spf::Code::temperror ? dmarc::MethodOutcome::temperror
                                      : dmarc::MethodOutcome::other;
}

/// One message: its checks, and the answers that have come so far.
class Message final : public dns::Answers {
 public:
  using Network = std::deque<std::pair<Message*, dns::Question>>;

  /// `inputs` has the author and the signatures; SPF is found out here.
  Message(const spf::Request& request, dmarc::Inputs inputs, Network& network)
      : network_(network),
        inputs_(std::move(inputs)),
        spf_(request, {}),
        discovery_(inputs_.author, {}) {
    // The sender's names are asked for together with the author's.
    if (request.sender.domain)
      discovery_.identifiers({{dmarc::Method::spf, *request.sender.domain}}, false);
    go_on(spf_.begin());
    go_on(discovery_.begin());
  }

  dns::AnswerPtr find(const dns::Question& question) const override {
    const auto known = answers_.find(question);
    return known == answers_.end() ? nullptr : known->second;
  }

  /// Called by the event loop.
  void arrived(const dns::Question& question, dns::AnswerPtr answer) {
    answers_[question] = std::move(answer);
    if (!spf_known_) go_on(spf_.next(*this));
    if (!judged_) go_on(discovery_.next(*this));
  }

 private:
  void go_on(const dns::Step<spf::Result>& step) {
    if (const auto* need = std::get_if<dns::Need>(&step)) return ask(*need);
    spf_known_ = true;
    const auto& result = std::get<spf::Result>(step);
    if (result.domain) inputs_.spf = dmarc::SpfInput{*result.domain, outcome_of(result.code)};
    discovery_.identifiers(candidates(inputs_), true);
  }

  void go_on(const dns::Step<dmarc::Discovery>& step) {
    if (const auto* need = std::get_if<dns::Need>(&step)) return ask(*need);
    judged_ = true;
    const dmarc::Verdict verdict = evaluate(inputs_, std::get<dmarc::Discovery>(step));
    std::cout << verdict.author.text() << ' ' << to_string(verdict.result)
              << (verdict.spf_aligned ? " by SPF" : "") << (verdict.dkim_aligned ? " by DKIM" : "")
              << '\n';
  }

  void ask(const dns::Need& need) {
    for (const dns::Question& question : need.questions)
      if (asked_.insert(question).second) network_.emplace_back(this, question);
  }

  Network& network_;
  std::unordered_map<dns::Question, dns::AnswerPtr> answers_;
  std::unordered_set<dns::Question> asked_;
  dmarc::Inputs inputs_;
  spf::Check spf_;
  dmarc::DiscoveryCheck discovery_;
  bool spf_known_ = false;
  bool judged_ = false;
};

}  // namespace

int main() {
  const auto zone = dns::Zone::parse(R"(
    _dmarc.bank.example  TXT  "v=DMARC1; p=reject"
    mail.bank.example    TXT  "v=spf1 include:_spf.bank.example -all"
    _spf.bank.example    TXT  "v=spf1 ip4:192.0.2.0/24 -all"
  )");
  const auto author = dns::Name::parse("bank.example");
  const auto own_client = dmarc::base::IpAddress::parse("192.0.2.7");
  const auto other_client = dmarc::base::IpAddress::parse("203.0.113.5");
  if (!zone || !author || !own_client || !other_client) return 1;

  spf::Request request{.client = *own_client,
                       .helo = "mx.bank.example",
                       .sender = dmarc::mail::parse_reverse_path("<ceo@mail.bank.example>")};
  dmarc::Inputs inputs{.author = *author};
  Message::Network network;
  std::list<Message> messages;
  messages.emplace_back(request, inputs, network);
  request.client = *other_client;
  messages.emplace_back(request, inputs, network);
  inputs.dkim.push_back({.domain = *author, .outcome = dmarc::MethodOutcome::pass});
  messages.emplace_back(request, inputs, network);

  while (!network.empty()) {
    const auto [message, question] = network.front();
    network.pop_front();
    message->arrived(question, zone->find(question));
  }
}
