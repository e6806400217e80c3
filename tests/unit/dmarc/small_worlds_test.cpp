// The tree walk, the Organizational Domain and Identifier Alignment over all small worlds: names of
// up to five labels, at each name no record, a record that says psd=u, psd=y or psd=n, or a look-up
// that fails. The expected values come from a naive reading of RFC 9989 section 4.10, below, which
// tries every answer that a failed look-up could have had.
//
// A name is its number of labels here, since a walk and what it leads to know no others than the
// name where it began and its ancestors.

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <dmarc/evaluate.h>
#include <dmarc/tree_walk.h>

#include "unit/dmarc/world.h"

namespace dmarc {
namespace {

using test::name;

/// What a name's look-up comes to: '-' no record, 'u', 'y', 'n' a record with that psd, 'f' a
/// failure; '?' not decided yet.
using State = char;
constexpr std::string_view all_states = "-uynf";

/// By the number of labels less one: what the names of one walk hold.
using Chain = std::string;

/// RFC 9989 section 4.10 "DNS Tree Walk": the records that are found, longest name first. `known`
/// becomes false when an undecided name is met.
std::vector<std::size_t> naive_walk(const Chain& chain, bool& known) {
  std::vector<std::size_t> found;
  for (std::size_t labels = chain.size(); labels >= 1; --labels) {
    const State state = chain[labels - 1];
    if (state == '?') known = false;
    if (state == '?') break;
    if (state == 'u' || state == 'y' || state == 'n') found.push_back(labels);
    if (state == 'y' || state == 'n') break;
  }
  return found;
}

/// Section 4.10.2 "Identifier Alignment Evaluation", where no look-up failed.
std::size_t naive_organization(const Chain& chain) {
  bool known = true;
  const auto found = naive_walk(chain, known);
  // 1. A record that says psd=n is that of the Organizational Domain.
  for (const std::size_t labels : found)
    if (chain[labels - 1] == 'n') return labels;
  // 2. One that says psd=y, other than that of the name where the walk began: one label more.
  for (const std::size_t labels : found)
    if (chain[labels - 1] == 'y' && labels != chain.size()) return labels + 1;
  // 3. Otherwise the record of the name with the fewest labels; without a record the name itself.
  return found.empty() ? chain.size() : found.back();
}

/// The same under every answer that the failed look-ups could have had.
const std::set<std::size_t>& naive_organizations(const Chain& chain) {
  static std::unordered_map<Chain, std::set<std::size_t>> computed;
  const auto known = computed.find(chain);
  if (known != computed.end()) return known->second;
  std::set<std::size_t> organizations;
  const std::size_t failed = chain.rfind('f');
  if (failed == Chain::npos) organizations.insert(naive_organization(chain));
  for (const State answer : failed == Chain::npos ? "" : std::string("-uyn")) {
    Chain answered = chain;
    answered[failed] = answer;
    organizations.merge(std::set(naive_organizations(answered)));
  }
  return computed.emplace(chain, std::move(organizations)).first->second;
}

bool naive_walk_fails(const Chain& chain) {
  for (std::size_t labels = chain.size(); labels >= 1; --labels) {
    const State state = chain[labels - 1];
    if (state == 'f') return true;
    if (state == 'y' || state == 'n') break;
  }
  return false;
}

/// Section 4.10.1 "DMARC Policy Discovery": the name whose record applies; 0 when none does or when
/// it is not known, because a look-up failed.
std::size_t naive_policy_domain(const Chain& chain) {
  const State own = chain.back();
  if (own != '-' && own != 'f') return chain.size();
  if (naive_walk_fails(chain)) return 0;
  bool known = true;
  const auto found = naive_walk(chain, known);
  const std::size_t organization = naive_organization(chain);
  for (const std::size_t labels : found)
    if (labels == organization) return labels;
  // The record of the Public Suffix Domain, one label above.
  for (const std::size_t labels : found)
    if (labels + 1 == organization && chain[labels - 1] == 'y') return labels;
  return 0;
}

/// An author and an identifier that share their rightmost labels.
struct Shape {
  std::size_t author, identifier, shared;
};

/// The names of a shape, and what they hold. Shared names stand in both chains.
struct SmallWorld {
  explicit SmallWorld(const Shape& given)
      : shape(given), author(given.author, '?'), identifier(given.identifier, '?') {}

  void set(bool of_author, std::size_t labels, State state) {
    if (of_author || labels <= shape.shared) author[labels - 1] = state;
    if (!of_author || labels <= shape.shared) identifier[labels - 1] = state;
  }

  Shape shape;
  Chain author, identifier;
};

std::string_view naive_result(const SmallWorld& world) {
  if (naive_policy_domain(world.author) == 0)
    return naive_walk_fails(world.author) ? "temperror" : "none";
  const auto& [author, identifier, shared] = world.shape;
  if (author == identifier && author == shared) return "pass";
  const auto &ours = naive_organizations(world.author),
             &theirs = naive_organizations(world.identifier);
  bool may_be_equal = false;
  for (const std::size_t labels : ours)
    may_be_equal |= labels <= shared && theirs.contains(labels);
  if (!may_be_equal) return "fail";
  return ours.size() == 1 && theirs.size() == 1 ? "pass" : "temperror";
}

/// The text of a name: its own labels, then the shared ones.
std::string text_of(std::size_t labels, std::size_t shared, std::string_view own) {
  std::string text;
  for (std::size_t i = labels; i >= 1; --i)
    text += std::string(i > shared ? own : "s") + (i > 1 ? "." : "");
  return text;
}

dns::AnswerPtr answer_of(State state) {
  dns::Answer answer;
  if (state == 'f') {
    answer = dns::Answer::failed(dns::Failure::servfail);
  } else {
    answer.outcome = state == '-' ? dns::Outcome::no_such_name : dns::Outcome::records;
    if (state != '-') answer.records = {std::string("v=DMARC1; p=reject; psd=") + state};
  }
  return std::make_shared<const dns::Answer>(std::move(answer));
}

/// The DNS of a shape's worlds.
class SmallAnswers final : public dns::Answers {
 public:
  explicit SmallAnswers(const SmallWorld& world) : world_(world) {
    for (const State state : all_states)
      answers_[static_cast<unsigned char>(state)] = answer_of(state);
    const auto& [author, identifier, shared] = world.shape;
    for (std::size_t i = 1; i <= author; ++i)
      places_["_dmarc." + text_of(i, shared, "a")] = &world.author[i - 1];
    for (std::size_t i = shared + 1; i <= identifier; ++i)
      places_["_dmarc." + text_of(i, shared, "i")] = &world.identifier[i - 1];
  }

  dns::AnswerPtr find(const dns::Question& question) const override {
    const auto place = places_.find(question.name.text());
    const State state = place == places_.end() ? '-' : *place->second;
    // A name that neither walk was expected to come to.
    if (state == '?') throw std::logic_error("asked for " + question.name.text());
    return answers_.at(static_cast<unsigned char>(state));
  }

 private:
  const SmallWorld& world_;
  std::array<dns::AnswerPtr, 128> answers_;
  std::unordered_map<std::string, const State*> places_;
};

/// What the check and the evaluation make of a world, and how many worlds have been looked at.
class Examiner {
 public:
  explicit Examiner(const Shape& shape)
      : world_(shape),
        answers_(world_),
        author_(name(text_of(shape.author, shape.shared, "a"))),
        identifier_(name(text_of(shape.identifier, shape.shared, "i"))) {}

  /// Every world of the shape. Names that neither walk comes to make no difference: they are left
  /// undecided, and such a world stands for those with anything there.
  void run() {
    const auto open_name = [](const Chain& chain) -> std::size_t {
      bool known = true;
      naive_walk(chain, known);
      return known ? 0 : chain.rfind('?') + 1;
    };
    const std::size_t of_author = open_name(world_.author);
    const std::size_t labels = of_author != 0 ? of_author : open_name(world_.identifier);
    if (labels == 0) return examine();
    for (const State state : all_states) {
      world_.set(of_author != 0, labels, state);
      run();
    }
    world_.set(of_author != 0, labels, '?');
  }

  std::size_t examined() const { return examined_; }
  std::size_t worlds() const { return worlds_; }

 private:
  void examine() {
    if (::testing::Test::HasFailure()) return;
    const Inputs inputs{.author = author_,
                        .dkim = {{.domain = identifier_, .outcome = MethodOutcome::pass}}};
    DiscoveryCheck check(author_, {}, candidates(inputs));
    const auto step = check.next(answers_);
    ASSERT_TRUE(std::holds_alternative<Discovery>(step));
    const Verdict verdict = evaluate(inputs, std::get<Discovery>(step));
    const std::size_t policy_domain = naive_policy_domain(world_.author);
    EXPECT_EQ(to_string(verdict.result), naive_result(world_)) << description();
    EXPECT_EQ(verdict.policy_domain ? verdict.policy_domain->label_count() : 0, policy_domain)
        << description();
    ++examined_;
    std::size_t standing_for = 1;
    for (std::size_t i = 0; i < world_.author.size(); ++i)
      if (world_.author[i] == '?') standing_for *= all_states.size();
    for (std::size_t i = world_.shape.shared; i < world_.identifier.size(); ++i)
      if (world_.identifier[i] == '?') standing_for *= all_states.size();
    worlds_ += standing_for;
  }

  std::string description() const {
    return author_.text() + " holds " + world_.author + ", " + identifier_.text() + " holds " +
           world_.identifier + " (rightmost label first)";
  }

  SmallWorld world_;
  SmallAnswers answers_;
  dns::Name author_, identifier_;
  std::size_t examined_ = 0, worlds_ = 0;
};

/// Calls `use` with every chain of that many names.
template <typename Use>
void for_every_chain(std::size_t labels, Chain& chain, const Use& use) {
  if (chain.size() == labels) return use(chain);
  for (const State state : all_states) {
    chain.push_back(state);
    for_every_chain(labels, chain, use);
    chain.pop_back();
  }
}

// 5 + 25 + 125 + 625 + 3,125 = 3,905 worlds.
TEST(SmallWorlds, every_walk_leads_to_the_organizational_domains_of_the_naive_reading) {
  std::size_t worlds = 0;
  for (std::size_t labels = 1; labels <= 5; ++labels) {
    SmallWorld world({labels, labels, labels});
    const SmallAnswers answers(world);
    const dns::Name start = name(text_of(labels, labels, "a"));
    Chain chain;
    for_every_chain(labels, chain, [&](const Chain& states) {
      ++worlds;
      world.author = states;
      TreeWalk check(start, {});
      const auto step = check.next(answers);
      ASSERT_TRUE(std::holds_alternative<Walk>(step));
      std::set<std::size_t> organizations;
      for (const dns::Name& organization : std::get<Walk>(step).organizations) {
        EXPECT_TRUE(start.is_at_or_below(organization));
        organizations.insert(organization.label_count());
      }
      EXPECT_EQ(organizations, naive_organizations(states)) << states;
    });
  }
  EXPECT_EQ(worlds, 3905U);
}

/// Names of a world, so that the test takes seconds; the tests above know no such limit.
constexpr std::size_t max_names = 7;

struct Count {
  std::size_t examined = 0, worlds = 0;
};

Count examine(const Shape& shape) {
  Examiner examiner(shape);
  examiner.run();
  return {examiner.examined(), examiner.worlds()};
}

void add(Count& sum, const Count& more) {
  sum.examined += more.examined;
  sum.worlds += more.worlds;
}

TEST(SmallWorlds, a_name_and_its_ancestors_align_as_in_the_naive_reading) {
  Count count;
  for (std::size_t author = 1; author <= 5; ++author)
    for (std::size_t identifier = 1; identifier <= 5; ++identifier)
      add(count, examine({author, identifier, std::min(author, identifier)}));
  RecordProperty("worlds", std::to_string(count.worlds));
  std::cout << count.worlds << " worlds, " << count.examined << " that differ\n";
}

TEST(SmallWorlds, names_that_share_an_ancestor_align_as_in_the_naive_reading) {
  Count count;
  for (std::size_t author = 2; author <= 5; ++author)
    for (std::size_t identifier = 2; identifier <= 5; ++identifier)
      for (std::size_t shared = 1; shared < std::min(author, identifier); ++shared)
        if (author + identifier - shared <= max_names)
          add(count, examine({author, identifier, shared}));
  RecordProperty("worlds", std::to_string(count.worlds));
  std::cout << count.worlds << " worlds, " << count.examined << " that differ\n";
}

}  // namespace
}  // namespace dmarc
