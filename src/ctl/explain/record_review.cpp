#include "ctl/explain/record_review.h"

#include <algorithm>

#include "base/ascii.h"
#include "ctl/explain/views.h"

namespace dmarc::ctl {
namespace {

constexpr std::size_t max_text_shown = 100;

const WalkStep* step_of(const Verdict& verdict, const dns::Name& name) {
  const auto found = std::find_if(verdict.walk.begin(), verdict.walk.end(),
                                  [&](const WalkStep& step) { return step.name == name; });
  return found == verdict.walk.end() ? nullptr : &*found;
}

/// The record by which names below `verdict.author` go that have none of their own: that of the
/// Organizational Domain, or else of the public suffix above it (RFC 9989 section 4.10.1 "DMARC
/// Policy Discovery"). A record between the two is for its own name only.
const Record* record_for_subdomains(const Verdict& verdict) {
  if (!verdict.organizational_domain) return nullptr;
  const WalkStep* step = step_of(verdict, *verdict.organizational_domain);
  if (step != nullptr && step->record) return &*step->record;
  const auto above = verdict.organizational_domain->parent();
  step = above ? step_of(verdict, *above) : nullptr;
  return step != nullptr && step->record ? &*step->record : nullptr;
}

Policy as_tested(const Record& record, Policy policy) {
  return record.testing ? one_level_lower(policy) : policy;
}

void find_policies(Review& review) {
  review.for_domain = review.verdict.policy;
  const Record* record = record_for_subdomains(review.verdict);
  if (record == nullptr || record->usability() == Usability::no_processing) return;
  review.for_subdomain = as_tested(*record, record->for_subdomain());
  review.for_nonexistent_subdomain = as_tested(*record, record->for_nonexistent_subdomain());
}

bool looks_like_dmarc(std::string_view text) {
  std::string squeezed;
  for (const char c : text.substr(0, max_text_shown))
    if (!base::is_space(c)) squeezed += base::to_lower(c);
  return squeezed.find("v=dmarc") != std::string::npos;
}

/// TXT records at the domain's own name that were meant to be DMARC records but are none.
void find_near_misses(Review& review, dns::Resolver& resolver) {
  const auto question = review.verdict.author.with_prefix("_dmarc");
  if (!question) return;
  const dns::AnswerPtr answer = resolver.lookup(*question, dns::Type::txt);
  for (const std::string& text : answer->records)
    if (!Record::has_version_tag(text) && looks_like_dmarc(text))
      review.problems.push_back(question->text() + ": \"" + base::printable(text, max_text_shown) +
                                "\" is no DMARC record: it does not begin with v=DMARC1");
}

void find_walk_problems(Review& review) {
  for (const WalkStep& step : review.verdict.walk) {
    const std::string name = "_dmarc." + step.name.text();
    // Without a record, the reason of the verdict says the same.
    const bool odd = step.outcome == dns::Outcome::temporary_failure || step.records_found > 1;
    if (odd && review.verdict.record) review.problems.push_back(name + ": " + walk_answer(step));
    if (!step.record) continue;
    for (const std::string& problem : step.record->problems)
      review.problems.push_back(name + ": " + problem);
  }
}

void find_record_problems(Review& review) {
  const std::optional<Record>& record = review.verdict.record;
  if (!review.verdict.reason.empty()) review.problems.push_back(review.verdict.reason);
  if (record && record->usability() == Usability::treat_as_none)
    review.problems.push_back(
        "p is missing, or p, sp or np is invalid: the record counts as p=none");
}

void find_advice(Review& review) {
  const std::optional<Record>& record = review.verdict.record;
  if (!record || record->usability() != Usability::apply) return;
  if (record->rua.empty())
    review.advice.push_back("no rua: nobody gets aggregate reports about this domain");
  if (record->p == Policy::none)
    review.advice.push_back("p=none: receivers are asked to let mail pass that fails");
  if (record->testing)
    review.advice.push_back("t=y: a test; each policy counts as the next weaker one");
  if (record->sp && record->p && *record->sp < *record->p)
    review.advice.push_back("sp is weaker than p: subdomains are easier to forge");
  if (record->np && record->sp.value_or(*record->np) > *record->np)
    review.advice.push_back("np is weaker than sp: names that don't exist are easier to forge");
}

}  // namespace

ReviewStatus Review::status() const {
  if (verdict.result == Result::temperror) return ReviewStatus::temporary_failure;
  return problems.empty() ? ReviewStatus::fine : ReviewStatus::problems;
}

Review review_domain(const dns::Name& domain, const Options& options, dns::Resolver& resolver) {
  prefetch_author(domain, options, resolver);
  Review review(evaluate(Inputs{domain, std::nullopt, {}}, options, resolver));
  find_policies(review);
  find_near_misses(review, resolver);
  find_walk_problems(review);
  find_record_problems(review);
  find_advice(review);
  return review;
}

std::string policy_word(const std::optional<Policy>& policy) {
  return policy ? std::string(to_string(*policy)) : "no policy";
}

}  // namespace dmarc::ctl
