#include "vector_agg_reports.h"

#include <algorithm>
#include <map>
#include <regex>

#include "aggregate/period.h"
#include "aggregate/report_mail.h"
#include "aggregate_sample.h"

namespace dmarc::test {
namespace {

/// RFC 9990 section 3.5.2: a dot-atom, perhaps with a second one behind "@".
const std::string dot_atom =
    R"([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)";
const std::string report_id =
    "(" + dot_atom + "(@" + dot_atom + ")?|<" + dot_atom + "(@" + dot_atom + ")?>)";
const std::string domain = R"([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)";
const std::string blank = R"((\r?\n)?[ \t]+)";

bool matches(const std::string& text, const std::string& pattern) {
  return std::regex_match(text, std::regex(pattern));
}

std::int64_t number(const Field& field) {
  try {
    return std::stoll(field.text());
  } catch (const std::logic_error&) {
    field.complain("not a number");
  }
}

/// The media type of the attachment that a report is mailed as.
std::string media_type_of(const aggregate::ReportName& name) {
  const auto from = sending::MailAddress::parse("dmarc@mx.example.net").value();
  const aggregate::ReportMail mail{
      .name = name, .from = from, .org_name = {}, .to = "dmarc@" + name.domain, .bcc = {}};
  const std::string message = aggregate::compose(mail, "report");
  std::smatch found;
  const std::regex attachment("Content-Type: ([a-z/+-]+); name=");
  return std::regex_search(message, found, attachment) ? found[1].str() : "";
}

}  // namespace

bool is_report_id(const std::string& text) {
  return matches(text, report_id);
}

bool is_file_name(const std::string& text) {
  return matches(text, domain + "!" + domain + R"(![0-9]+![0-9]+(![A-Za-z0-9]+)?\.xml(\.gz)?)");
}

bool is_subject(const std::string& text) {
  return matches(text, "Report" + blank + "Domain:" + blank + domain + blank + "Submitter:" +
                           blank + domain + blank + "(Report-ID:" + blank + report_id + ")?");
}

void check_file(const Field& input, Checks& checks) {
  input.allow({"receiver", "policy_domain", "begin", "end", "unique_id", "gzip"});
  const aggregate::ReportName name{.receiver = input["receiver"].text(),
                                   .domain = input["policy_domain"].text(),
                                   .period = {number(input["begin"]), number(input["end"])},
                                   .report_id = input["unique_id"].text()};
  std::string file = aggregate::file_name(name);
  std::string media_type = media_type_of(name);
  // RFC 9990 section 3.5.1 for a report as it is before compression.
  if (input["gzip"].is_set() && !input["gzip"].boolean()) {
    file.resize(file.rfind(".gz"));
    media_type = "text/xml";
  }
  checks.text("filename", file);
  checks.text("media_type", media_type);
  checks.boolean("filename_valid", is_file_name(file));
}

void check_unique_id(const Field& input, Checks& checks) {
  input.allow({"unique_id"});
  checks.boolean("filename_valid",
                 is_file_name(aggregate::file_name({.receiver = "mx.example.net",
                                                    .domain = "example.com",
                                                    .period = {1, 2},
                                                    .report_id = input["unique_id"].text()})));
}

void check_subject(const Field& input, Checks& checks) {
  input.allow({"policy_domain", "submitter", "report_id"});
  const std::string subject = aggregate::subject({.receiver = input["submitter"].text(),
                                                  .domain = input["policy_domain"].text(),
                                                  .period = {},
                                                  .report_id = input["report_id"].text()});
  checks.text("subject", subject);
  checks.boolean("subject_valid", is_subject(subject));
}

void check_report_ids(const Field& input, const Field& expect, Checks& checks) {
  input.allow({"report_ids"});
  std::vector<std::string> valid;
  for (const std::string& id : input["report_ids"].texts())
    valid.emplace_back(is_report_id(id) ? "true" : "false");
  if (expect["valid"].is_list()) return checks.list("valid", valid);
  checks.boolean("valid", std::find(valid.begin(), valid.end(), "false") == valid.end());
}

void check_grouping(const Field& input, const Field& expect, Checks& checks) {
  input.allow({"from_domains", "policy_domains"});
  const auto authors = input["from_domains"].texts(), policies = input["policy_domains"].texts();
  if (authors.size() != policies.size()) input["policy_domains"].complain("not in parallel");
  std::vector<SampleMessage> messages;
  for (std::size_t i = 0; i < authors.size(); ++i)
    messages.push_back({authors[i], policies[i], "v=DMARC1; p=none; rua=mailto:a@example.com"});
  std::map<std::string, std::vector<std::string>> reports;
  for (const SampleReport& report : reports_on(messages))
    reports[report.policy.domain] = report.from_domains;

  Checks grouped(expect["reports"]);
  for (auto& [policy_domain, expected] : expect["reports"].members()) {
    std::vector<std::string> wanted =
        expected.is_list() ? expected.texts() : std::vector{expected.text()};
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    if (reports[policy_domain] != wanted)
      checks.fail("reports." + policy_domain + ": other author domains");
  }
  if (expect["reports"].is_set() && reports.size() != expect["reports"].members().size())
    checks.fail("reports: " + std::to_string(reports.size()) + " policy domains");
}

void check_published(const Field& input, const Field& expect, Checks& checks) {
  input.allow({"record", "policy_domain"});
  const std::string policy_domain = input["policy_domain"].text();
  const auto reports = reports_on({{policy_domain, policy_domain, input["record"].text()}});
  if (reports.empty()) return checks.fail("nothing is reported");
  const std::string document = sample_report_on(reports.front().policy);
  const std::string published = sample_element(document, "policy_published");
  for (const auto& [name, expected] : expect["policy_published"].members()) {
    const std::string actual = sample_value(published, name);
    if (actual != expected.text())
      checks.fail("policy_published." + name + ": expected " + expected.text() + ", actual " +
                  actual);
  }
  for (const std::string& name : expect["absent"].texts())
    if (document.find("<" + name + ">") != std::string::npos) checks.fail(name + " is there");
  checks.boolean("schema_valid", is_valid_report(document));
}

}  // namespace dmarc::test
