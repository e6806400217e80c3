#include <algorithm>
#include <span>
#include <utility>

#include <dmarc/evaluate.h>

#include "base/ascii.h"
#include "dmarc/alignment.h"

namespace dmarc {
namespace {

bool is_aligned(const Identifier& identifier) {
  return identifier.alignment == AlignmentOutcome::strict ||
         identifier.alignment == AlignmentOutcome::relaxed;
}

bool is_own_limit(dns::Failure failure) {
  return failure == dns::Failure::own_limit;
}

std::string describe_failure(const WalkStep& step) {
  return "_dmarc." + base::printable(step.name.text()) + ": " +
         std::string(dns::describe(step.failure));
}

std::vector<Identifier> list_identifiers(const Inputs& inputs) {
  std::vector<Identifier> identifiers;
  identifiers.reserve(inputs.dkim.size() + 1);
  if (inputs.spf)
    identifiers.push_back({.method = Method::spf,
                           .domain = inputs.spf->domain,
                           .outcome = inputs.spf->outcome,
                           .failure = inputs.spf->failure});
  for (const DkimInput& signature : inputs.dkim)
    identifiers.push_back({.method = Method::dkim,
                           .domain = signature.domain,
                           .selector = signature.selector,
                           .outcome = signature.outcome,
                           .failure = signature.failure});
  return identifiers;
}

void explain_missing_record(Verdict& verdict, std::span<const WalkStep> walk) {
  if (const WalkStep* const failure = find_failure(walk)) {
    verdict.result = Result::temperror;
    verdict.reason = describe_failure(*failure);
    return;
  }
  verdict.result = Result::none;
  verdict.reason = "no DMARC record found";
  for (const WalkStep& step : walk)
    if (step.records_found > 1)
      verdict.reason += "; the " + std::to_string(step.records_found) + " at " +
                        base::printable(step.name.text()) + " count as none";
}

void explain_unusable_record(Verdict& verdict, const WalkStep& step) {
  verdict.result = Result::none;
  verdict.reason = "the record of " + base::printable(step.name.text()) +
                   (step.record->repeated_tag ? " repeats a tag"
                                              : " has no valid policy and no address for reports");
}

void apply_policy(Verdict& verdict, const Discovery& author) {
  verdict.policy_source = author.policy_source;
  verdict.existence = author.existence;
  verdict.published_policy = author.published_policy;
  if (!author.published_policy) return;
  // RFC 9989 section 4.7, tag t: one level lower while the owner is testing.
  verdict.policy = verdict.record->testing ? one_level_lower(*author.published_policy)
                                           : *author.published_policy;
}

void align_identifiers(Verdict& verdict, const Discovery& author) {
  const auto align_those_with = [&](MethodOutcome outcome) {
    for (Identifier& identifier : verdict.identifiers)
      if (identifier.outcome == outcome) align(identifier, author);
  };
  for (Identifier& identifier : verdict.identifiers)
    identifier.mode = mode_for(identifier.method, *verdict.record);
  align_those_with(MethodOutcome::pass);
  for (const Identifier& identifier : verdict.identifiers)
    if (is_aligned(identifier))
      (identifier.method == Method::spf ? verdict.spf_aligned : verdict.dkim_aligned) = true;
  // A method that failed temporarily matters only where nothing else decides.
  if (!verdict.spf_aligned && !verdict.dkim_aligned) align_those_with(MethodOutcome::temperror);
}

// What keeps the identifier from being decided; empty when it is.
std::string open_question(const Identifier& identifier, const Discovery& author) {
  if (identifier.alignment == AlignmentOutcome::unknown) {
    const WalkStep* failure = find_failure(identifier.walk);
    if (!failure) failure = find_failure(author.walk.steps);
    return failure ? describe_failure(*failure)
                   : base::printable(identifier.domain.text()) + " was not asked about";
  }
  if (identifier.outcome == MethodOutcome::temperror && is_aligned(identifier))
    return (identifier.method == Method::spf ? "SPF of " : "DKIM of ") +
           base::printable(identifier.domain.text()) + ": " +
           (is_own_limit(identifier.failure) ? std::string(dns::describe(identifier.failure))
                                             : "temporary error");
  return {};
}

bool has_own_limit(std::span<const WalkStep> walk) {
  return std::ranges::any_of(walk, [](const WalkStep& step) { return is_own_limit(step.failure); });
}

/// Of a verdict that is open: whether one of the answers that it lacks was not asked for.
bool lacks_own_means(const Verdict& verdict, const Discovery& author) {
  if (has_own_limit(author.walk.steps)) return true;
  if (!author.published_policy && is_own_limit(author.existence_failure)) return true;
  return std::ranges::any_of(verdict.identifiers, [&](const Identifier& identifier) {
    return !open_question(identifier, author).empty() &&
           (is_own_limit(identifier.failure) || has_own_limit(identifier.walk));
  });
}

// RFC 9989 section 5.3.5 "Determine DMARC "Pass" or "Fail"" and 5.3.6 "Apply Policy If
// Appropriate": an aligned identifier is a pass whatever else failed; without one, a failure that
// hides whether there is one makes the verdict neither pass nor fail.
void conclude(Verdict& verdict, const Discovery& author) {
  if (verdict.spf_aligned || verdict.dkim_aligned) {
    verdict.result = Result::pass;
    return;
  }
  if (!author.published_policy)
    verdict.reason = base::printable(verdict.author.text()) + ": " +
                     std::string(dns::describe(author.existence_failure)) +
                     ", and the policy depends on whether that name exists";
  for (const Identifier& identifier : verdict.identifiers)
    if (verdict.reason.empty()) verdict.reason = open_question(identifier, author);
  verdict.result = verdict.reason.empty() ? Result::fail : Result::temperror;
}

// RFC 9989 section 4.10.2 "Identifier Alignment Evaluation": where the author publishes a record
// and is the only Authenticated Identifier, it is its own Organizational Domain, and nothing above
// it needs to be known.
bool is_own_organization(const Verdict& verdict) {
  const auto is_pass = [](const Identifier& identifier) {
    return identifier.outcome == MethodOutcome::pass;
  };
  const auto differs = [&](const Identifier& identifier) {
    return is_pass(identifier) && identifier.domain != verdict.author;
  };
  const auto& all = verdict.identifiers;
  return verdict.policy_domain == verdict.author && std::any_of(all.begin(), all.end(), is_pass) &&
         std::none_of(all.begin(), all.end(), differs);
}

void name_organization(Verdict& verdict, const std::vector<dns::Name>& author_orgs) {
  if (is_own_organization(verdict))
    verdict.organizational_domain = verdict.author;
  else if (author_orgs.size() == 1)
    verdict.organizational_domain = author_orgs.front();
}

void judge(Verdict& verdict, const Discovery& author) {
  if (!author.applied) return explain_missing_record(verdict, author.walk.steps);
  const WalkStep& applied = author.walk.steps[*author.applied];
  if (applied.record->usability() == Usability::no_processing)
    return explain_unusable_record(verdict, applied);
  verdict.policy_domain = applied.name;
  verdict.record = applied.record;
  apply_policy(verdict, author);
  align_identifiers(verdict, author);
  name_organization(verdict, author.walk.organizations);
  conclude(verdict, author);
}

}  // namespace

std::vector<Candidate> candidates(const Inputs& inputs) {
  std::vector<Candidate> all;
  all.reserve(inputs.dkim.size() + 1);
  if (inputs.spf) all.push_back({Method::spf, inputs.spf->domain, inputs.spf->outcome});
  for (const DkimInput& signature : inputs.dkim)
    all.push_back({Method::dkim, signature.domain, signature.outcome});
  return all;
}

Verdict evaluate(const Inputs& inputs, const Discovery& discovery) {
  Verdict verdict(discovery.author);
  verdict.discovery = discovery.method;
  verdict.identifiers = list_identifiers(inputs);
  judge(verdict, discovery);
  verdict.own_limit = verdict.result == Result::temperror && lacks_own_means(verdict, discovery);
  verdict.walk = discovery.walk.steps;
  return verdict;
}

Verdict evaluate(const Inputs& inputs, const Options& options, dns::Resolver& resolver) {
  DiscoveryCheck check(inputs.author, options, candidates(inputs));
  return evaluate(inputs, dns::wait_for(check, resolver));
}

std::string_view to_string(Result result) {
  switch (result) {
    case Result::none:
      return "none";
    case Result::pass:
      return "pass";
    case Result::fail:
      return "fail";
    case Result::temperror:
      return "temperror";
    case Result::permerror:
      return "permerror";
  }
  return "";
}

std::string_view to_string(AlignmentOutcome outcome) {
  switch (outcome) {
    case AlignmentOutcome::strict:
      return "strict";
    case AlignmentOutcome::relaxed:
      return "relaxed";
    case AlignmentOutcome::not_aligned:
      return "not aligned";
    case AlignmentOutcome::unknown:
      return "unknown";
    case AlignmentOutcome::not_needed:
      return "not needed";
  }
  return "";
}

std::string_view to_string(PolicySource source) {
  switch (source) {
    case PolicySource::p:
      return "p";
    case PolicySource::sp:
      return "sp";
    case PolicySource::np:
      return "np";
  }
  return "";
}

Policy Verdict::disposition() const {
  return result == Result::fail ? policy.value_or(Policy::none) : Policy::none;
}

Policy Verdict::default_disposition() const {
  return disposition() == Policy::none ? Policy::none : Policy::quarantine;
}

}  // namespace dmarc
