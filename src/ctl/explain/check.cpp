// dmarcctl check: the DMARC record that applies to a domain, and what its owner should know about
// it.
//
// A problem is something that receivers ignore, or that makes them ignore the record; advice is
// about a record that is valid, but perhaps not what was meant.

#include <algorithm>
#include <array>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <dmarc/evaluate.h>

#include "base/ascii.h"
#include "ctl/explain/spf_view.h"
#include "ctl/explain/verdict_view.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{nameserver_flag, zone_flag, config_flag, json_flag};

constexpr std::array<ExitStatus, 7> statuses{{
    {status::ok, "each domain has a record, and nothing in it had to be ignored"},
    {1, "a domain has no record, or a record with problems"},
    {status::usage, "wrong arguments, or an argument that is not a domain name"},
    {status::no_input, "the zone file can't be read"},
    {status::temporary_failure, "the DNS did not answer for a domain"},
    {status::config, "the configuration or the zone file is wrong"},
}};

enum class ReviewStatus { fine, problems, temporary_failure };

struct Review {
  explicit Review(Verdict outcome) : verdict(std::move(outcome)) {}

  Verdict verdict;  ///< of a message from the domain that authenticates nothing
  /// What is done with mail that fails, t applied. Unset where no record applies.
  std::optional<Policy> for_domain, for_subdomain, for_nonexistent_subdomain;
  std::vector<std::string> problems;
  std::vector<std::string> advice;

  ReviewStatus status() const {
    if (verdict.result == Result::temperror) return ReviewStatus::temporary_failure;
    return problems.empty() ? ReviewStatus::fine : ReviewStatus::problems;
  }
};

constexpr std::size_t max_text_shown = 100;

const WalkStep* step_of(const Verdict& verdict, const dns::Name& name) {
  const auto found = std::find_if(verdict.walk.begin(), verdict.walk.end(),
                                  [&](const WalkStep& step) { return step.name == name; });
  return found == verdict.walk.end() ? nullptr : &*found;
}

/// The record that applies to names below `verdict.author` without one of their own: that of the
/// Organizational Domain, or else of the public suffix above it (RFC 9989 section 4.10.1 "DMARC
/// Policy Discovery"). A record between the two applies to its own name only.
const Record* record_for_subdomains(const Verdict& verdict) {
  if (!verdict.organizational_domain) return nullptr;
  const WalkStep* step = step_of(verdict, *verdict.organizational_domain);
  if (step != nullptr && step->record) return step->record.get();
  const auto above = verdict.organizational_domain->parent();
  step = above ? step_of(verdict, *above) : nullptr;
  return step != nullptr ? step->record.get() : nullptr;
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

/// TXT records at the domain's own name that look as if they were meant to be DMARC records.
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
  const RecordPtr& record = review.verdict.record;
  if (!review.verdict.reason.empty()) review.problems.push_back(review.verdict.reason);
  if (record && record->usability() == Usability::treat_as_none)
    review.problems.push_back(
        "p is missing, or p, sp or np is invalid: the record counts as p=none");
}

void find_advice(Review& review) {
  const RecordPtr& record = review.verdict.record;
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

Review review_domain(const dns::Name& domain, const Options& options, dns::Resolver& resolver) {
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

Outline outline_of(const Review& review) {
  const Verdict& verdict = review.verdict;
  Outline outline(verdict.author.text());
  outline.add(walk_outline(verdict.walk));
  if (verdict.organizational_domain)
    outline.add("organizational domain: " + verdict.organizational_domain->text());
  if (verdict.record && verdict.policy_domain)
    outline.add(record_outline(*verdict.record, verdict.policy_domain->text()));
  Outline& policies = outline.add("policy for");
  policies.add(verdict.author.text() + ": " + policy_word(review.for_domain));
  policies.add("subdomains that exist: " + policy_word(review.for_subdomain));
  policies.add("subdomains that don't exist: " + policy_word(review.for_nonexistent_subdomain));
  for (const std::string& problem : review.problems)
    outline.add("problem", problem);
  for (const std::string& advice : review.advice)
    outline.add("advice", advice);
  if (review.status() == ReviewStatus::fine) outline.add("no problem found");
  return outline;
}

base::Json json_of(const Review& review) {
  return base::Json::object()
      .set("domain", review.verdict.author.text())
      .set("walk", ctl::json_of(review.verdict.walk))
      .set("organizational_domain", json_or_null(review.verdict.organizational_domain))
      .set("policy_domain", json_or_null(review.verdict.policy_domain))
      .set("record", review.verdict.record ? ctl::json_of(*review.verdict.record) : base::Json())
      .set("policy_for_domain", policy_word(review.for_domain))
      .set("policy_for_subdomains", policy_word(review.for_subdomain))
      .set("policy_for_nonexistent_subdomains", policy_word(review.for_nonexistent_subdomain))
      .set("problems", base::Json::array(review.problems))
      .set("advice", base::Json::array(review.advice));
}

int exit_status(const std::vector<Review>& reviews) {
  int result = status::ok;
  for (const Review& review : reviews) {
    if (review.status() == ReviewStatus::temporary_failure) return status::temporary_failure;
    if (review.status() == ReviewStatus::problems) result = 1;
  }
  return result;
}

Input<std::vector<dns::Name>> domains(const Arguments& arguments) {
  std::vector<dns::Name> names;
  for (const std::string& text : arguments.operands()) {
    const auto name =
        dns::Name::parse(text.ends_with('.') ? text.substr(0, text.size() - 1) : text);
    if (!name)
      return tl::unexpected(
          InputError{status::usage, "\"" + base::printable(text) + "\" is not a domain name: " +
                                        std::string(dns::describe(name.error()))});
    names.push_back(*name);
  }
  if (names.empty()) return tl::unexpected(InputError{status::usage, "no domain given"});
  return names;
}

void print(std::ostream& out, const std::vector<Review>& reviews, bool as_json) {
  auto list = base::Json::array();
  for (const Review& review : reviews) {
    if (as_json)
      list.push(json_of(review));
    else
      out << outline_of(review).text();
  }
  if (as_json) out << list.text() << "\n";
}

int run(const Arguments& arguments, Terminal terminal) {
  const auto fail = [&](const InputError& error) {
    return failure(terminal, "check", error.text, error.status);
  };
  const auto names = domains(arguments);
  if (!names) return usage_error(terminal, "check", names.error().text);
  const auto settings = read_configuration(arguments);
  if (!settings) return fail(settings.error());
  print_warnings(terminal.err, *settings);
  const auto resolver = make_resolver(arguments, *settings);
  if (!resolver) return fail(resolver.error());
  std::vector<Review> reviews;
  for (const dns::Name& name : *names) {
    dns::LookupSession lookups(**resolver, {.timeout = settings->dns.timeout});
    reviews.push_back(review_domain(name, settings->policy.evaluation(), lookups));
  }
  print(terminal.out, reviews, arguments.has("json"));
  return exit_status(reviews);
}

}  // namespace

const Subcommand check_subcommand{
    "check",     "show the DMARC record that applies to a domain, and what is wrong with it",
    "DOMAIN...", flags,
    statuses,    run};

}  // namespace dmarc::ctl
