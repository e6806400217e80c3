#include <algorithm>
#include <span>
#include <utility>

#include <dmarc/evaluate.h>

#include "base/ascii.h"
#include "dmarc/alignment.h"
#include "dmarc/discovery.h"
#include "dmarc/tree_walk.h"

namespace dmarc {
namespace {

using Method = Identifier::Method;

bool is_aligned(const Identifier& identifier) {
  return identifier.alignment == AlignmentOutcome::strict ||
         identifier.alignment == AlignmentOutcome::relaxed;
}

std::string describe_failure(const WalkStep& step) {
  return "_dmarc." + base::printable(step.name.text()) + ": " +
         std::string(dns::describe(step.failure));
}

// A guess: identifiers that share two labels with the author usually share its Organizational
// Domain. Asking for them now saves a round trip; a wrong guess changes nothing.
void prefetch_related(const Inputs& inputs, const Options& options, dns::Resolver& resolver) {
  const dns::Name family = inputs.author.rightmost(2);
  const auto prefetch = [&](const dns::Name& domain, MethodOutcome outcome) {
    if (outcome == MethodOutcome::pass && domain != inputs.author && domain.is_at_or_below(family))
      prefetch_identifier(domain, options, resolver);
  };
  if (inputs.spf) prefetch(inputs.spf->domain, inputs.spf->outcome);
  for (const DkimInput& signature : inputs.dkim)
    prefetch(signature.domain, signature.outcome);
}

std::vector<Identifier> list_identifiers(const Inputs& inputs) {
  std::vector<Identifier> identifiers;
  identifiers.reserve(inputs.dkim.size() + 1);
  if (inputs.spf)
    identifiers.push_back(
        {.method = Method::spf, .domain = inputs.spf->domain, .outcome = inputs.spf->outcome});
  for (const DkimInput& signature : inputs.dkim)
    identifiers.push_back({.method = Method::dkim,
                           .domain = signature.domain,
                           .selector = signature.selector,
                           .outcome = signature.outcome});
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

void apply_policy(Verdict& verdict, const PolicyChoice& choice) {
  verdict.policy_source = choice.source;
  verdict.existence = choice.existence;
  verdict.published_policy = choice.published;
  if (!choice.published) return;
  // RFC 9989 section 4.7, tag t: one level lower while the owner is testing.
  verdict.policy = verdict.record->testing ? one_level_lower(*choice.published) : *choice.published;
}

void align_identifiers(Verdict& verdict, const Discovery& author, const Options& options,
                       dns::Resolver& resolver) {
  const auto align_those_with = [&](MethodOutcome outcome) {
    for (Identifier& identifier : verdict.identifiers)
      if (identifier.outcome == outcome) align(identifier, author, options, resolver);
  };
  for (Identifier& identifier : verdict.identifiers)
    identifier.mode =
        identifier.method == Method::spf ? verdict.record->aspf : verdict.record->adkim;
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
    if (!failure) failure = find_failure(author.walk);
    return describe_failure(*failure);
  }
  if (identifier.outcome == MethodOutcome::temperror && is_aligned(identifier))
    return (identifier.method == Method::spf ? "SPF of " : "DKIM of ") +
           base::printable(identifier.domain.text()) + ": temporary error";
  return {};
}

// RFC 9989 section 5.3.5 "Determine DMARC "Pass" or "Fail"" and 5.3.6 "Apply Policy If
// Appropriate": an aligned identifier is a pass whatever else failed; without one, a failure that
// hides whether there is one makes the verdict neither pass nor fail.
void conclude(Verdict& verdict, const Discovery& author, const PolicyChoice& choice) {
  if (verdict.spf_aligned || verdict.dkim_aligned) {
    verdict.result = Result::pass;
    return;
  }
  if (!choice.published)
    verdict.reason = base::printable(verdict.author.text()) + ": " +
                     std::string(dns::describe(choice.existence_failure)) +
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

void judge(Verdict& verdict, const Discovery& author, const Options& options,
           dns::Resolver& resolver) {
  if (!author.applied) return explain_missing_record(verdict, author.walk);
  const WalkStep& applied = author.walk[*author.applied];
  if (applied.record->usability() == Usability::no_processing)
    return explain_unusable_record(verdict, applied);
  verdict.policy_domain = applied.name;
  verdict.record = applied.record;
  const PolicyChoice choice =
      choose_policy(verdict.author, applied.name, *applied.record, resolver);
  apply_policy(verdict, choice);
  align_identifiers(verdict, author, options, resolver);
  name_organization(verdict, author.organizations);
  conclude(verdict, author, choice);
}

}  // namespace

void prefetch_author(const dns::Name& author, const Options& options, dns::Resolver& resolver) {
  for (const dns::Name& name : names_to_ask(author, options))
    prefetch_record(name, resolver);
  // Whether the author exists is seldom needed, but must not be asked late: by then a sender's slow
  // DNS may have used up the time, and a failure here hides a policy for non-existent names.
  resolver.prefetch(author, dns::Type::a);
}

void prefetch_identifier(const dns::Name& domain, const Options& options, dns::Resolver& resolver) {
  // The list decides without the DNS.
  if (effective_method(options) == DiscoveryMethod::psl) return;
  for (const dns::Name& name : names_to_ask(domain, options))
    prefetch_record(name, resolver);
}

Verdict evaluate(const Inputs& inputs, const Options& options, dns::Resolver& resolver) {
  prefetch_author(inputs.author, options, resolver);
  prefetch_related(inputs, options, resolver);

  Verdict verdict(inputs.author);
  verdict.discovery = effective_method(options);
  verdict.identifiers = list_identifiers(inputs);

  Discovery author = discover(inputs.author, options, resolver);
  judge(verdict, author, options, resolver);
  verdict.walk = std::move(author.walk);
  return verdict;
}

}  // namespace dmarc
