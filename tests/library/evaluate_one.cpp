// A program that knows of dmarcd only what is installed: it evaluates DMARC for one From field with
// a resolver of its own.
#include <iostream>

#include <dmarc/author_domain.h>
#include <dmarc/evaluate.h>

namespace {

/// Knows one policy; nothing else exists.
class OnePolicy final : public dmarc::dns::Resolver {
 public:
  dmarc::dns::AnswerPtr lookup(const dmarc::dns::Name& name, dmarc::dns::Type type) override {
    dmarc::dns::Answer answer;
    const bool known = name.text() == "_dmarc.bank.example" && type == dmarc::dns::Type::txt;
    answer.outcome = known ? dmarc::dns::Outcome::records : dmarc::dns::Outcome::no_such_name;
    if (known) answer.records = {"v=DMARC1; p=reject"};
    return std::make_shared<dmarc::dns::Answer>(answer);
  }
  void prefetch(const dmarc::dns::Name&, dmarc::dns::Type) override {}
};

}  // namespace

int main() {
  const dmarc::mail::HeaderBlock header{{"From", " The Bank <ceo@mail.bank.example>"}};
  const dmarc::mail::Author author = dmarc::mail::find_author(header);
  OnePolicy resolver;
  for (const dmarc::dns::Name& domain : author.visible) {
    const dmarc::Verdict verdict = dmarc::evaluate({.author = domain}, dmarc::Options{}, resolver);
    std::cout << domain.text() << ' ' << to_string(verdict.result) << '\n';
  }
}
