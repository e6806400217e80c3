// dmarcctl check: what a domain publishes, and what is wrong with it.

#include <array>
#include <ostream>

#include <dmarc/evaluate.h>

#include "base/ascii.h"
#include "ctl/explain/record_review.h"
#include "ctl/explain/views.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{nameserver_flag, zone_flag, config_flag, json_flag};

constexpr std::array<ExitStatus, 7> statuses{{
    {status::ok, "each domain has a record, and nothing in it had to be ignored"},
    {1, "a domain has no record, or a record with problems"},
    {status::usage, "wrong arguments, or an argument that is no domain name"},
    {status::no_input, "the zone file can't be read"},
    {status::temporary_failure, "the DNS did not answer for a domain"},
    {status::config, "the configuration or the zone file is wrong"},
}};

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
      return tl::unexpected(InputError{
          status::usage, "\"" + base::printable(text) +
                             "\" is no domain name: " + std::string(dns::describe(name.error()))});
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
