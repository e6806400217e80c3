// Vectors of aggregate reports: what a row says of a message, and what is a valid report, file name
// or subject.

#include <algorithm>

#include <dmarc/record.h>

#include "aggregate/report_mail.h"
#include "aggregate/xml.h"
#include "aggregate_sample.h"
#include "vector_agg_reports.h"
#include "vector_kinds.h"

namespace dmarc::test {
namespace {

using aggregate::Row;

Policy policy_of(const Field& field) {
  for (const Policy policy : {Policy::none, Policy::quarantine, Policy::reject}) {
    if (field.text() == to_string(policy)) return policy;
  }
  field.complain("not a policy");
}

/// A message's way through judgement, history record, import and roll-up.
void check_disposition(const Field& input, Checks& checks) {
  input.allow({"policy", "result", "applied", "override", "t", "testing"});
  Handling handling;
  handling.policy = policy_of(input["policy"]);
  handling.passed = input["result"].text() == "pass";
  handling.applied = policy_of(input["applied"]);
  if (input["override"].is_set()) {
    handling.override_type = policy::parse_override_type(input["override"].text());
    if (!handling.override_type) input["override"].complain("not a type of override");
  }
  const bool is_letter = input["t"].is_set();
  handling.testing = is_letter ? input["t"].text() == "y"
                               : input["testing"].is_set() && input["testing"].boolean();
  const aggregate::Row row = reported_row(handling);
  checks.text("disposition", aggregate::to_string(row.disposition));
  std::vector<std::string> types;
  for (const policy::OverrideReason& reason : row.reasons)
    types.emplace_back(to_string(reason.type));
  checks.list("reasons", types);
}

void check_order(const Field& input, Checks& checks) {
  input.allow({"header_from", "dkim"});
  aggregate::Row row;
  row.header_from = input["header_from"].text();
  for (const Field& signature : input["dkim"].items()) {
    signature.allow({"d", "s", "result"});
    row.dkim.push_back({signature["d"].text(), std::string(signature["s"].text_or("s")),
                        history::parse_auth_code(signature["result"].text())});
  }
  const auto domains = [&](const std::vector<history::DkimSignature>& list) {
    std::vector<std::string> names;
    for (const auto& signature : list)
      names.push_back(signature.domain);
    return names;
  };
  checks.list("order", domains(aggregate::listed_signatures(row, row.header_from)));
  row.dkim.resize(1000, row.dkim.front());
  checks.text("max_per_row",
              std::to_string(aggregate::listed_signatures(row, row.header_from).size()));
}

void check_recipients(const Field& input, Checks& checks) {
  input.allow({"record", "messages"});
  const auto record = Record::parse(input["record"].text());
  const bool is_due = record && !record->rua.empty() &&
                      record->usability() != Usability::no_processing &&
                      input["messages"].text() != "0";
  checks.text("reports_generated", is_due ? "1" : "0");
}

void check_null_path(const Field& input, const Field& expect, Checks& checks) {
  input.allow({"mail_from"});
  if (!input["mail_from"].text().empty()) input["mail_from"].complain("not the null path");
  const std::string document = sample_report();
  const bool is_present = document.find("<envelope_from>") != std::string::npos;
  std::string observed = is_present ? sample_value(document, "envelope_from") : "absent";
  const std::vector<std::string> options = expect["envelope_from_options"].texts();
  if (std::find(options.begin(), options.end(), observed) == options.end())
    checks.fail("envelope_from is \"" + observed + "\"");
}

void check_document(const Field& input, Checks& checks) {
  const std::string document = sample_report_with(input);
  checks.boolean("schema_valid", is_valid_report(document));
  if (document.find("<version>") != std::string::npos)
    checks.text("version", sample_value(document, "version"));
}

/// One name by itself, otherwise a report with a change.
void check_text(const Field& input, const Field& expect, Checks& checks) {
  if (input["unique_id"].is_set()) return check_unique_id(input, checks);
  if (input["report_ids"].is_set()) return check_report_ids(input, expect, checks);
  if (input["subject"].is_set())
    return checks.boolean("subject_valid", is_subject(input["subject"].text()));
  if (input["filename"].is_set())
    return checks.boolean("filename_valid", is_file_name(input["filename"].text()));
  if (input["report_id"].is_set())
    return checks.boolean("report_id_valid", is_report_id(input["report_id"].text()));
  check_document(input, checks);
}

}  // namespace

void check_agg(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "input", "expect"});
  const Field input = vector["input"];
  const Field expect = vector["expect"];
  expect.allow({"disposition", "reasons", "order", "max_per_row", "reports_generated",
                "subject_valid", "filename_valid", "report_id_valid", "envelope_from_options",
                "schema_valid", "version", "filename", "media_type", "subject", "valid", "reports",
                "policy_published", "absent"});
  if (input["applied"].is_set()) return check_disposition(input, checks);
  if (input["header_from"].is_set()) return check_order(input, checks);
  if (input["from_domains"].is_set()) return check_grouping(input, expect, checks);
  if (input["receiver"].is_set()) return check_file(input, checks);
  if (input["submitter"].is_set()) return check_subject(input, checks);
  if (input["policy_domain"].is_set()) return check_published(input, expect, checks);
  if (input["record"].is_set() && !input["record"].is_map()) return check_recipients(input, checks);
  if (input["mail_from"].is_set()) return check_null_path(input, expect, checks);
  check_text(input, expect, checks);
}

}  // namespace dmarc::test
