// A program that knows of dmarcd only what is installed: it evaluates DMARC for one From field,
// with all answers of the DNS at hand.
#include <iostream>
#include <variant>

#include <dmarc/author_domain.h>
#include <dmarc/evaluate.h>
#include <dmarc/zone.h>

int main() {
  const auto zone = dmarc::dns::Zone::parse(R"(
    _dmarc.bank.example  TXT  "v=DMARC1; p=reject"
  )");
  if (!zone) return 1;
  const dmarc::mail::HeaderBlock header{{"From", " The Bank <ceo@mail.bank.example>"}};
  const dmarc::mail::Author author = dmarc::mail::find_author(header);
  for (const dmarc::dns::Name& domain : author.visible) {
    const dmarc::Inputs inputs{.author = domain};
    dmarc::DiscoveryCheck check(domain, {}, candidates(inputs));
    const auto step = check.next(*zone);
    const dmarc::Verdict verdict = dmarc::evaluate(inputs, std::get<dmarc::Discovery>(step));
    std::cout << domain.text() << ' ' << to_string(verdict.result) << '\n';
  }
}
