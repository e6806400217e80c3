#include "base/ascii.h"
#include "ctl/explain/views.h"

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

std::string_view to_string(Usability usability) {
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

base::Json json_or_null(const std::optional<Policy>& policy) {
  return policy ? base::Json(to_string(*policy)) : base::Json();
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
  if (!record.ruf.empty()) outline.add(tag("fo", record.fo, "when to send failure reports"));
  return outline;
}

base::Json json_of(const Record& record) {
  return base::Json::object()
      .set("text", record.text)
      .set("p", json_or_null(record.p))
      .set("sp", json_or_null(record.sp))
      .set("np", json_or_null(record.np))
      .set("adkim", to_string(record.adkim))
      .set("aspf", to_string(record.aspf))
      .set("testing", record.testing)
      .set("psd", to_string(record.psd))
      .set("fo", record.fo)
      .set("rua", base::Json::array(record.rua))
      .set("ruf", base::Json::array(record.ruf))
      .set("usability", to_string(record.usability()))
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

base::Json json_of(dns::Failure failure) {
  return failure == dns::Failure::none ? base::Json() : base::Json(dns::describe(failure));
}

base::Json json_or_null(const std::optional<dns::Name>& name) {
  return name ? base::Json(name->text()) : base::Json();
}

}  // namespace dmarc::ctl
