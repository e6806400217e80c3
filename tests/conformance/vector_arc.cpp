#include <vector>

#include "arc/check.h"
#include "base/decimal.h"
#include "dkim/key_cache.h"
#include "dns/lookup_session.h"
#include "support/arc_chain.h"
#include "vector_kinds.h"

namespace dmarc::test {
namespace {

constexpr std::string_view sealer = "lists.example";

unsigned number(const Field& field) {
  const auto value = base::parse_decimal<unsigned>(field.text());
  if (!value) field.complain("no number");
  return *value;
}

/// How one of the two signatures of a set verifies. A selector whose look-up fails makes a
/// temporary error.
bool is_broken(const Field& outcome, std::string& selector, dns::Zone& zone) {
  const std::string word = outcome.text();
  if (word == "temperror") {
    selector = "lost";
    zone.add_failure(dns::Name::parse("lost._domainkey." + std::string(sealer)).value(),
                     dns::Failure::servfail);
  } else if (word != "valid" && word != "invalid") {
    outcome.complain("not valid, invalid or temperror");
  }
  return word == "invalid";
}

void add_set(ArcChain& chain, const Field& field) {
  field.allow({"i", "aar", "ams", "seal", "cv", "seal_tags"});
  ArcChain::Set set{
      .domain = std::string(sealer), .instance = number(field["i"]), .cv = field["cv"].text()};
  using enum ArcChain::Breaks;
  if (is_broken(field["ams"], set.message_selector, chain.zone())) set.breaks = message_signature;
  if (is_broken(field["seal"], set.selector, chain.zone())) {
    if (set.breaks != nothing) field.complain("both signatures are invalid");
    set.breaks = ArcChain::Breaks::seal;
  }
  for (const std::string& tag : field["seal_tags"].texts()) {
    if (tag == "t") set.seal_tags += "t=12345; ";
    if (tag == "h") set.seal_tags += "h=from; ";
  }
  chain.seal(set);
  // Its results lie below the seal and the message signature.
  if (!field["aar"].boolean()) chain.fields().erase(chain.fields().begin() + 2);
}

void add_range(ArcChain& chain, const Field& field) {
  field.allow({"range", "all_valid"});
  const std::vector<Field> range = field["range"].items();
  if (range.size() != 2 || !field["all_valid"].boolean()) field.complain("no range of valid sets");
  for (unsigned i = number(range[0]); i <= number(range[1]); ++i)
    chain.seal({.domain = std::string(sealer), .instance = i});
}

}  // namespace

void check_arc(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "sets", "expect"});
  vector["expect"].allow({"cv", "oldest_pass"});
  ArcChain chain({{"From", " Ann <ann@example.org>"}, {"Subject", " Chains"}}, "Hello\r\n");
  for (const Field& set : vector["sets"].items())
    set["range"].is_present() ? add_range(chain, set) : add_set(chain, set);

  dkim::KeyCache keys;
  dns::LookupSession session(chain.zone(), {});
  const arc::Result result = arc::verify(chain.header(), chain.body(), {}, keys, session);
  checks.text("cv", to_string(result.chain));
  checks.text("oldest_pass", std::to_string(result.oldest_pass));
  if (!checks.complaints().empty() && result.problem)
    checks.fail("problem: " + describe(*result.problem));
}

}  // namespace dmarc::test
