#include "base/ascii.h"
#include "ctl/explain/views.h"

namespace dmarc::ctl {
namespace {

std::string_view method_name(Identifier::Method method) {
  return method == Identifier::Method::spf ? "SPF" : "DKIM";
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

base::Json json_of(const Identifier& identifier) {
  return base::Json::object()
      .set("method", identifier.method == Identifier::Method::spf ? "spf" : "dkim")
      .set("domain", identifier.domain.text())
      .set("selector", identifier.selector)
      .set("outcome", to_string(identifier.outcome))
      .set("mode", mode_name(identifier.mode))
      .set("alignment", to_string(identifier.alignment))
      .set("organizational_domain", json_or_null(identifier.organizational_domain))
      .set("walk", json_of(identifier.walk));
}

base::Json json_of(const Verdict& verdict) {
  auto identifiers = base::Json::array();
  for (const Identifier& identifier : verdict.identifiers)
    identifiers.push(json_of(identifier));
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
      .set("published_policy", verdict.published_policy
                                   ? base::Json(to_string(*verdict.published_policy))
                                   : base::Json())
      .set("policy", verdict.policy ? base::Json(to_string(*verdict.policy)) : base::Json())
      .set("existence",
           verdict.existence ? base::Json(to_string(*verdict.existence)) : base::Json())
      .set("spf_aligned", verdict.spf_aligned)
      .set("dkim_aligned", verdict.dkim_aligned)
      .set("identifiers", std::move(identifiers));
}

}  // namespace dmarc::ctl
