// The real evaluator against the naive one on generated worlds. The seed is fixed; the environment
// variable DMARCD_DIFFERENTIAL_CASES asks for another number of cases.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "unit/dmarc/naive_evaluator.h"
#include "unit/dmarc/world.h"

namespace dmarc {
namespace {

using namespace test;

struct Case {
  NaiveWorld world;
  Labels author;
  std::vector<NaiveIdentifier> identifiers;
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Case next() {
    Case generated;
    generated.author = random_name(1 + below(one_in(4) ? 11 : 4));
    const unsigned count = below(4);
    for (unsigned i = 0; i < count; ++i)
      generated.identifiers.push_back(random_identifier(generated.author));
    publish_towards_root(generated.world, generated.author);
    for (const NaiveIdentifier& identifier : generated.identifiers)
      if (!one_in(3)) publish_towards_root(generated.world, identifier.domain);
    if (one_in(3)) generated.world.hosts.insert(join(generated.author));
    if (one_in(8)) generated.world.hosts.insert("host." + join(generated.author));
    generated.world.author_lookup_fails = one_in(10);
    return generated;
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool one_in(unsigned n) { return below(n) == 0; }

  // Two labels to choose from, so that names meet often.
  Labels random_name(std::size_t count) {
    Labels labels;
    while (labels.size() < count)
      labels.push_back(one_in(3) ? "b" : "a");
    return labels;
  }

  NaiveIdentifier random_identifier(const Labels& author) {
    NaiveIdentifier identifier{.domain = author, .is_spf = false, .outcome = NaiveIdentifier::pass};
    for (unsigned drop = below(4); drop > 0 && identifier.domain.size() > 1; --drop)
      identifier.domain.erase(identifier.domain.begin());
    for (unsigned add = below(one_in(5) ? 9 : 3); add > 0; --add)
      identifier.domain.insert(identifier.domain.begin(), one_in(2) ? "b" : "a");
    if (one_in(6)) identifier.domain.back() = "c";
    identifier.is_spf = one_in(3);
    if (one_in(5)) identifier.outcome = NaiveIdentifier::temperror;
    if (one_in(6)) identifier.outcome = NaiveIdentifier::other;
    return identifier;
  }

  int random_policy() {
    if (one_in(12)) return -2;
    return static_cast<int>(below(4)) - 1;
  }

  NaiveRecord random_record() {
    NaiveRecord record;
    record.p = one_in(10) ? random_policy() : static_cast<int>(below(3));
    if (one_in(3)) record.sp = random_policy();
    if (one_in(3)) record.np = random_policy();
    record.psd = one_in(4) ? 'y' : one_in(4) ? 'n' : 'u';
    record.strict_spf = one_in(5);
    record.strict_dkim = one_in(5);
    record.testing = one_in(4);
    record.has_rua = one_in(2);
    return record;
  }

  void publish_towards_root(NaiveWorld& world, Labels name) {
    for (; !name.empty(); name.erase(name.begin())) {
      if (world.nodes.contains(join(name)) || !one_in(3)) continue;
      NaiveNode& node = world.nodes[join(name)];
      if (one_in(6)) {
        node.fails = true;
        continue;
      }
      for (unsigned count = one_in(8) ? 2 : 1; count > 0; --count)
        node.records.push_back(random_record());
    }
  }

  std::mt19937 random_;
};

std::string publish(const NaiveRecord& record) {
  const auto policy = [](const char* tag, int value) -> std::string {
    if (value == -1) return "";
    constexpr const char* words[] = {"rejct", "?", "none", "quarantine", "reject"};
    return std::string("; ") + tag + '=' + words[value + 2];
  };
  std::string text = "v=DMARC1" + policy("p", record.p) + policy("sp", record.sp) +
                     policy("np", record.np) + "; psd=" + record.psd;
  if (record.strict_spf) text += "; aspf=s";
  if (record.strict_dkim) text += "; adkim=s";
  if (record.testing) text += "; t=y";
  if (record.has_rua) text += "; rua=mailto:a@x.org";
  return text;
}

std::string zone_text(const Case& generated) {
  std::string text;
  for (const auto& [owner, node] : generated.world.nodes) {
    if (node.fails) text += "_dmarc." + owner + " RCODE SERVFAIL\n";
    for (const NaiveRecord& record : node.records)
      text += "_dmarc." + owner + " TXT \"" + publish(record) + "\"\n";
  }
  for (const std::string& host : generated.world.hosts)
    text += host + " A 192.0.2.1\n";
  if (generated.world.author_lookup_fails) text += join(generated.author) + " RCODE SERVFAIL\n";
  return text;
}

std::string outcome_text(const NaiveIdentifier& identifier) {
  constexpr const char* prefixes[] = {"", "temperror:", "fail:"};
  return prefixes[identifier.outcome] + join(identifier.domain);
}

Verdict evaluate_really(World& world, const Case& generated) {
  Inputs inputs{.author = name(join(generated.author))};
  const auto outcome = [](const NaiveIdentifier& identifier) {
    constexpr MethodOutcome outcomes[] = {MethodOutcome::pass, MethodOutcome::temperror,
                                          MethodOutcome::other};
    return outcomes[identifier.outcome];
  };
  for (const NaiveIdentifier& identifier : generated.identifiers) {
    const dns::Name domain = name(join(identifier.domain));
    if (identifier.is_spf)
      inputs.spf = SpfInput{.domain = domain, .outcome = outcome(identifier)};
    else
      inputs.dkim.push_back({.domain = domain, .outcome = outcome(identifier)});
  }
  return evaluate(inputs, {}, world.session());
}

std::string describe(const Case& generated) {
  std::string text = "From: " + join(generated.author);
  for (const NaiveIdentifier& identifier : generated.identifiers)
    text += (identifier.is_spf ? "  SPF " : "  DKIM ") + outcome_text(identifier);
  return text + '\n' + zone_text(generated);
}

// Only the last SPF identifier counts: a message has one.
void keep_one_spf(std::vector<NaiveIdentifier>& identifiers) {
  bool kept = false;
  for (auto it = identifiers.rbegin(); it != identifiers.rend(); ++it) {
    if (it->is_spf && kept) it->is_spf = false;
    kept = kept || it->is_spf;
  }
}

void expect_equal(const Verdict& real, const NaiveVerdict& naive) {
  EXPECT_EQ(to_string(real.result), naive.result);
  EXPECT_EQ(real.policy ? static_cast<int>(*real.policy) : -1, naive.policy);
  EXPECT_EQ(real.policy_domain ? real.policy_domain->text() : "", naive.policy_domain);
  if (!naive.org.empty()) {
    EXPECT_EQ(real.organizational_domain.value().text(), naive.org);
  }
  EXPECT_EQ(real.spf_aligned, naive.spf_aligned);
  EXPECT_EQ(real.dkim_aligned, naive.dkim_aligned);
}

TEST(Differential, real_and_naive_evaluation_agree_on_generated_worlds) {
  const char* const wanted = std::getenv("DMARCD_DIFFERENTIAL_CASES");
  const long cases = wanted ? std::atol(wanted) : 100000;
  std::map<std::string, int> results;
  Generator generator(9989);
  for (long i = 0; i < cases && !::testing::Test::HasFailure(); ++i) {
    Case generated = generator.next();
    keep_one_spf(generated.identifiers);
    SCOPED_TRACE("case " + std::to_string(i) + "\n" + describe(generated));
    const NaiveVerdict naive =
        NaiveEvaluator(generated.world).evaluate(generated.author, generated.identifiers);
    World world(zone_text(generated));
    expect_equal(evaluate_really(world, generated), naive);
    ++results[naive.result];
  }
  for (const char* const result : {"none", "pass", "fail", "temperror"})
    EXPECT_GT(results[result], cases / 50) << "too few cases come to " << result;
}

}  // namespace
}  // namespace dmarc
