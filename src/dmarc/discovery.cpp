#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include <dmarc/discovery.h>

#include "dmarc/alignment.h"

namespace dmarc {
namespace {

std::optional<std::size_t> find_applied(std::span<const WalkStep> walk, const dns::Name& org) {
  const auto last = std::find_if(walk.rbegin(), walk.rend(),
                                 [](const WalkStep& step) { return step.record != nullptr; });
  if (last == walk.rend()) return {};
  const auto at_org = std::find_if(walk.begin(), walk.end(), [&](const WalkStep& step) {
    return step.record && step.name == org;
  });
  // Without a record at the Organizational Domain, the walk ended at a Public Suffix Domain, whose
  // record applies. Records in between never do.
  const auto applied = at_org != walk.end() ? at_org : std::prev(last.base());
  return static_cast<std::size_t>(applied - walk.begin());
}

bool existence_matters(const Record& record) {
  const auto tested = [&](Policy policy) {
    return record.testing ? one_level_lower(policy) : policy;
  };
  return tested(record.for_nonexistent_subdomain()) != tested(record.for_subdomain());
}

}  // namespace

/// How an identifier stands to the author, as far as it is known.
enum class DiscoveryCheck::Standing { aligned, not_aligned, unknown, open };

const Record* Discovery::record() const {
  return applied ? walk.steps[*applied].record.get() : nullptr;
}

const Walk* Discovery::find(const dns::Name& domain) const {
  const auto found =
      std::find_if(identifiers.begin(), identifiers.end(),
                   [&](const IdentifierWalk& identifier) { return identifier.domain == domain; });
  return found == identifiers.end() ? nullptr : &found->walk;
}

DiscoveryCheck::DiscoveryCheck(const dns::Name& author, const Options& options)
    : options_(options),
      reader_(options),
      author_(author, options, TreeWalk::Purpose::record),
      found_(author) {
  found_.method = effective_method(options);
}

DiscoveryCheck::DiscoveryCheck(const dns::Name& author, const Options& options,
                               std::vector<Candidate> candidates)
    : DiscoveryCheck(author, options) {
  identifiers(std::move(candidates), true);
}

void DiscoveryCheck::identifiers(std::vector<Candidate> candidates, bool complete) {
  candidates_ = std::move(candidates);
  complete_ = complete;
}

dns::Step<Discovery> DiscoveryCheck::begin() {
  return next(dns::NoAnswers{});
}

dns::Step<Discovery> DiscoveryCheck::next(const dns::Answers& answers) {
  dns::Need need;
  author_.advance(reader_, answers);
  author_.ask(need.questions, answers);
  find_record();
  if (!find_policy(answers)) {
    // Whether the author exists is seldom needed, but must not be asked late: by then a sender's
    // slow DNS may have used up the time, and a failure here hides a policy for non-existent names.
    dns::Question existence{found_.author, dns::Type::a};
    if (!answers.find(existence)) need.questions.push_back(std::move(existence));
  }
  need.sufficient = compare_identifiers(answers, need);
  if (need.questions.empty() && complete_) return take();
  return need;
}

/// The record that applies; null as long as it is not known.
const Record* DiscoveryCheck::record() const {
  return found_.applied ? author_.walk().steps[*found_.applied].record.get() : nullptr;
}

// RFC 9989 section 4.10.1 "DMARC Policy Discovery": a record of the author's own applies whatever
// is published above it.
void DiscoveryCheck::find_record() {
  const auto& steps = author_.walk().steps;
  if (found_.applied || steps.empty()) return;
  if (steps.front().record) {
    found_.applied = 0;
  } else if (author_.is_done() && !find_failure(steps)) {
    found_.applied = find_applied(steps, author_.walk().organizations.front());
  }
}

bool DiscoveryCheck::find_policy(const dns::Answers& answers) {
  const Record* const applied = record();
  if (!applied) return author_.is_done();
  if (found_.published_policy || found_.existence) return true;
  if (*found_.applied == 0 || applied->usability() != Usability::apply) {
    found_.published_policy = applied->for_domain();
    return true;
  }
  if (existence_matters(*applied) && !find_existence(*applied, answers)) return false;
  if (found_.existence) return true;
  found_.policy_source = applied->sp ? PolicySource::sp : PolicySource::p;
  found_.published_policy = applied->for_subdomain();
  return true;
}

// RFC 9989 section 3.2.13 "Non-existent Domains": NXDOMAIN for the name itself, whatever the type
// asked for.
bool DiscoveryCheck::find_existence(const Record& record, const dns::Answers& answers) {
  const dns::AnswerPtr answer = answers.find({found_.author, dns::Type::a});
  if (!answer) return false;
  found_.existence = answer->outcome;
  found_.existence_failure = answer->failure;
  found_.policy_source = record.sp ? PolicySource::sp : PolicySource::p;
  if (answer->outcome == dns::Outcome::no_such_name) {
    found_.policy_source = PolicySource::np;
    found_.published_policy = record.for_nonexistent_subdomain();
  } else if (answer->outcome != dns::Outcome::temporary_failure) {
    found_.published_policy = record.for_subdomain();
  }
  return true;
}

bool DiscoveryCheck::compare_identifiers(const dns::Answers& answers, dns::Need& need) {
  const Record* const applied = record();
  if (applied ? applied->usability() == Usability::no_processing : author_.is_done()) return false;
  bool passes = false, may_pass = false;
  for (const Candidate& candidate : candidates_) {
    if (candidate.outcome.value_or(MethodOutcome::pass) != MethodOutcome::pass) continue;
    const Standing standing = compare(candidate, answers, need);
    if (!candidate.outcome) continue;
    passes |= standing == Standing::aligned;
    may_pass |= standing == Standing::open;
  }
  // A method that failed temporarily matters only where nothing else decides.
  if (passes || may_pass) return passes;
  for (const Candidate& candidate : candidates_)
    if (candidate.outcome == MethodOutcome::temperror) compare(candidate, answers, need);
  return false;
}

/// Goes on with the candidate's walk, if that can matter.
DiscoveryCheck::Standing DiscoveryCheck::compare(const Candidate& candidate,
                                                 const dns::Answers& answers, dns::Need& need) {
  const dns::Name& domain = candidate.domain;
  const Record* const applied = record();
  if (!domain.is_hostname()) return Standing::not_aligned;
  if (domain == found_.author) return applied ? Standing::aligned : Standing::open;
  if (applied && mode_for(candidate.method, *applied) == AlignmentMode::strict)
    return Standing::not_aligned;
  if (!may_align(domain)) return Standing::not_aligned;
  TreeWalk& walk = walk_of(domain);
  const bool done = walk.advance(reader_, answers);
  walk.ask(need.questions, answers);
  if (!done || !author_.is_done()) return Standing::open;
  switch (compare_organizations(author_.walk().organizations, walk.walk().organizations)) {
    case AlignmentOutcome::strict:
    case AlignmentOutcome::relaxed:
      return Standing::aligned;
    case AlignmentOutcome::not_aligned:
      return Standing::not_aligned;
    case AlignmentOutcome::unknown:
    case AlignmentOutcome::not_needed:
      break;
  }
  return Standing::unknown;
}

bool DiscoveryCheck::may_align(const dns::Name& domain) const {
  if (author_.is_done()) return can_belong_to(domain, author_.walk().organizations);
  // A guess: identifiers that share two labels with the author usually share its Organizational
  // Domain. Asking for them now saves a round trip; a wrong guess changes nothing.
  return domain.is_at_or_below(found_.author.rightmost(2));
}

TreeWalk& DiscoveryCheck::walk_of(const dns::Name& domain) {
  const auto known = std::find_if(walks_.begin(), walks_.end(),
                                  [&](const TreeWalk& walk) { return walk.start() == domain; });
  return known != walks_.end() ? *known : walks_.emplace_back(domain, options_);
}

Discovery DiscoveryCheck::take() {
  found_.walk = std::move(author_.walk());
  for (TreeWalk& walk : walks_)
    if (walk.is_done()) found_.identifiers.push_back({walk.start(), std::move(walk.walk())});
  return std::move(found_);
}

}  // namespace dmarc
