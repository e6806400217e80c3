#include "ctl/explain/verdict_view.h"

#include "base/ascii.h"
#include "ctl/explain/spf_view.h"

namespace dmarc::ctl {
namespace {

std::string_view meaning(Policy policy) {
  switch (policy) {
    case Policy::none:
      return "nothing is asked of receivers";
    case Policy::quarantine:
      return "mail that fails is to be treated as suspicious";
    case Policy::reject:
      return "mail that fails is to be rejected";
  }
  return "";
}

std::string_view meaning(AlignmentMode mode) {
  return mode == AlignmentMode::strict ? "the same domain" : "the same organizational domain";
}

std::string_view meaning(PublicSuffixFlag flag) {
  switch (flag) {
    case PublicSuffixFlag::yes:
      return "a public suffix: the organizational domain is one label below";
    case PublicSuffixFlag::no:
      return "this is the organizational domain";
    case PublicSuffixFlag::unknown:
      return "left to the tree walk";
  }
  return "";
}

std::string tag(std::string_view name, std::string_view value, std::string_view meaning) {
  std::string line(name);
  return line.append("=").append(value).append("  ").append(meaning);
}

std::string policy_tag(std::string_view name, const std::optional<Policy>& published,
                       Policy effective, std::string_view what) {
  const std::string text(what);
  if (!published) return tag(name, "(absent)", text + "as " + std::string(to_string(effective)));
  return tag(name, to_string(*published), text + std::string(meaning(*published)));
}

void add_uris(Outline& outline, std::string_view name, const std::vector<std::string>& uris,
              std::string_view what) {
  if (uris.empty()) {
    outline.add(tag(name, "(absent)", "no " + std::string(what)));
    return;
  }
  Outline& list = outline.add(std::string(name) + "  " + std::string(what) + " go to");
  for (const std::string& uri : uris)
    list.add(base::printable(uri, Record::max_text));
}

std::string_view usability_word(Usability usability) {
  switch (usability) {
    case Usability::apply:
      return "apply";
    case Usability::treat_as_none:
      return "treat_as_none";
    case Usability::no_processing:
      return "no_processing";
  }
  return "";
}

base::Json policy_json(const std::optional<Policy>& policy) {
  return policy ? base::Json(to_string(*policy)) : base::Json();
}

std::string_view method_name(Method method) {
  return method == Method::spf ? "SPF" : "DKIM";
}

std::string mode_name(AlignmentMode mode) {
  return mode == AlignmentMode::strict ? "strict" : "relaxed";
}

std::string alignment_text(const Identifier& identifier) {
  const std::string organization =
      identifier.organizational_domain ? identifier.organizational_domain->text() : "not found";
  switch (identifier.alignment) {
    case AlignmentOutcome::strict:
      return "aligned: the same name as the author domain";
    case AlignmentOutcome::relaxed:
      return "aligned: the same organizational domain " + organization;
    case AlignmentOutcome::not_aligned:
      if (identifier.mode == AlignmentMode::strict)
        return "not aligned: not the author domain, and the record asks for strict alignment";
      return "not aligned: its organizational domain is " + organization;
    case AlignmentOutcome::unknown:
      return "unknown: a look-up that decides it failed";
    case AlignmentOutcome::not_needed:
      return "does not authenticate, so alignment does not matter";
  }
  return "";
}

std::string result_text(const Verdict& verdict) {
  std::string text(to_string(verdict.result));
  if (!verdict.reason.empty()) text += ": " + base::printable(verdict.reason, 1000);
  return text;
}

Outline policy_outline(const Verdict& verdict) {
  if (!verdict.policy) return Outline("policy: none applies");
  Outline outline("policy: " + std::string(to_string(*verdict.policy)));
  if (!verdict.record || !verdict.policy_domain) return outline;
  outline.add("published as " +
              std::string(to_string(verdict.published_policy.value_or(*verdict.policy))) +
              " for tag " + std::string(to_string(verdict.policy_source)) + " by " +
              verdict.policy_domain->text());
  if (verdict.existence)
    outline.add("existence of " + verdict.author.text() + ": " +
                std::string(to_string(*verdict.existence)));
  if (verdict.record->testing) outline.add("t=y: the next weaker policy counts");
  if (verdict.record->usability() == Usability::treat_as_none)
    outline.add("a policy tag is missing or invalid, so the record counts as p=none");
  return outline;
}

}  // namespace

std::string walk_answer(const WalkStep& step) {
  std::string text;
  switch (step.outcome) {
    case dns::Outcome::temporary_failure:
      return "temporary failure: " + std::string(dns::describe(step.failure));
    case dns::Outcome::no_such_name:
      text = "no such name";
      break;
    case dns::Outcome::no_data:
      text = "no TXT record";
      break;
    case dns::Outcome::records:
      if (step.records_found == 0) text = "no DMARC record among its TXT records";
      if (step.records_found == 1) text = "a DMARC record";
      if (step.records_found > 1)
        text = std::to_string(step.records_found) + " DMARC records, which count as none";
      break;
  }
  if (step.suffix_guard) text += ", taken for psd=y because the name is a public suffix";
  if (step.stale) text += " (an older answer, because no server replies)";
  return text;
}

Outline walk_outline(const std::vector<WalkStep>& walk) {
  Outline outline("tree walk");
  for (const WalkStep& step : walk) {
    Outline& line = outline.add("_dmarc." + step.name.text() + ": " + walk_answer(step));
    if (step.record) line.add("\"" + base::printable(step.record->text, Record::max_text) + "\"");
  }
  return outline;
}

Outline record_outline(const Record& record, std::string_view owner) {
  Outline outline("record of " + std::string(owner));
  outline.add("\"" + base::printable(record.text, Record::max_text) + "\"");
  outline.add(policy_tag("p", record.p, record.for_domain(), ""));
  outline.add(policy_tag("sp", record.sp, record.for_subdomain(), "subdomains: "));
  outline.add(
      policy_tag("np", record.np, record.for_nonexistent_subdomain(), "names that don't exist: "));
  outline.add(tag("adkim", dmarc::to_string(record.adkim),
                  "DKIM has to pass for " + std::string(meaning(record.adkim))));
  outline.add(tag("aspf", dmarc::to_string(record.aspf),
                  "SPF has to pass for " + std::string(meaning(record.aspf))));
  outline.add(tag("t", record.testing ? "y" : "n",
                  record.testing ? "a test: each policy counts as the next weaker one"
                                 : "the policies are meant"));
  outline.add(tag("psd", dmarc::to_string(record.psd), meaning(record.psd)));
  add_uris(outline, "rua", record.rua, "aggregate reports");
  add_uris(outline, "ruf", record.ruf, "failure reports");
  if (!record.ruf.empty())
    outline.add(tag("fo", dmarc::to_string(record.fo), "when to send failure reports"));
  return outline;
}

base::Json json_of(const Record& record) {
  return base::Json::object()
      .set("text", record.text)
      .set("p", policy_json(record.p))
      .set("sp", policy_json(record.sp))
      .set("np", policy_json(record.np))
      .set("adkim", to_string(record.adkim))
      .set("aspf", to_string(record.aspf))
      .set("testing", record.testing)
      .set("psd", to_string(record.psd))
      .set("fo", to_string(record.fo))
      .set("rua", base::Json::array(record.rua))
      .set("ruf", base::Json::array(record.ruf))
      .set("usability", usability_word(record.usability()))
      .set("policy_for_domain", to_string(record.for_domain()))
      .set("policy_for_subdomain", to_string(record.for_subdomain()))
      .set("policy_for_nonexistent_subdomain", to_string(record.for_nonexistent_subdomain()))
      .set("problems", base::Json::array(record.problems));
}

base::Json json_of(const std::vector<WalkStep>& walk) {
  auto list = base::Json::array();
  for (const WalkStep& step : walk)
    list.push(base::Json::object()
                  .set("name", step.name.text())
                  .set("outcome", to_string(step.outcome))
                  .set("failure", json_of(step.failure))
                  .set("stale", step.stale)
                  .set("dmarc_records", step.records_found)
                  .set("suffix_guard", step.suffix_guard)
                  .set("record", step.record ? json_of(*step.record) : base::Json()));
  return list;
}

std::string_view to_string(MethodOutcome outcome) {
  switch (outcome) {
    case MethodOutcome::pass:
      return "pass";
    case MethodOutcome::temperror:
      return "temperror";
    case MethodOutcome::other:
      return "no pass";
  }
  return "";
}

namespace {

Outline identifier_outline(const Identifier& identifier) {
  std::string line(method_name(identifier.method));
  line += " " + identifier.domain.text();
  if (!identifier.selector.empty())
    line += " (selector " + base::printable(identifier.selector) + ")";
  Outline outline(line + ": " + std::string(to_string(identifier.outcome)));
  Outline& alignment =
      outline.add(mode_name(identifier.mode) + " alignment: " + alignment_text(identifier));
  if (!identifier.walk.empty()) alignment.add(walk_outline(identifier.walk));
  return outline;
}

base::Json identifier_json(const Identifier& identifier) {
  return base::Json::object()
      .set("method", identifier.method == Method::spf ? "spf" : "dkim")
      .set("domain", identifier.domain.text())
      .set("selector", identifier.selector)
      .set("outcome", to_string(identifier.outcome))
      .set("mode", mode_name(identifier.mode))
      .set("alignment", to_string(identifier.alignment))
      .set("organizational_domain", json_or_null(identifier.organizational_domain))
      .set("walk", json_of(identifier.walk));
}

}  // namespace

Outline verdict_outline(const Verdict& verdict) {
  Outline outline("verdict for " + verdict.author.text() + ": " + result_text(verdict));
  outline.add(walk_outline(verdict.walk));
  outline.add("organizational domain: " + (verdict.organizational_domain
                                               ? verdict.organizational_domain->text()
                                               : "not found"));
  if (verdict.record && verdict.policy_domain)
    outline.add(record_outline(*verdict.record, verdict.policy_domain->text()));
  else
    outline.add("no record applies");
  Outline identifiers("authenticated identifiers");
  for (const Identifier& identifier : verdict.identifiers)
    identifiers.add(identifier_outline(identifier));
  if (!identifiers.has_details()) identifiers.add("none");
  outline.add(std::move(identifiers));
  outline.add(policy_outline(verdict));
  return outline;
}

base::Json json_of(const Verdict& verdict) {
  auto identifiers = base::Json::array();
  for (const Identifier& identifier : verdict.identifiers)
    identifiers.push(identifier_json(identifier));
  return base::Json::object()
      .set("author_domain", verdict.author.text())
      .set("result", to_string(verdict.result))
      .set("reason", verdict.reason)
      .set("discovery", verdict.discovery == DiscoveryMethod::treewalk ? "treewalk" : "psl")
      .set("walk", json_of(verdict.walk))
      .set("organizational_domain", json_or_null(verdict.organizational_domain))
      .set("policy_domain", json_or_null(verdict.policy_domain))
      .set("record", verdict.record ? json_of(*verdict.record) : base::Json())
      .set("policy_source", to_string(verdict.policy_source))
      .set("published_policy", policy_json(verdict.published_policy))
      .set("policy", policy_json(verdict.policy))
      .set("existence",
           verdict.existence ? base::Json(to_string(*verdict.existence)) : base::Json())
      .set("spf_aligned", verdict.spf_aligned)
      .set("dkim_aligned", verdict.dkim_aligned)
      .set("identifiers", std::move(identifiers));
}

}  // namespace dmarc::ctl