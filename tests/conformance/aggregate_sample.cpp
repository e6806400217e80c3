#include "aggregate_sample.h"

#include <fcntl.h>

#include <set>

#include "aggregate/xml.h"
#include "base/unique_fd.h"
#include "history/file.h"
#include "history/record.h"
#include "store/importer.h"
#include "store/report_source.h"
#include "store/schema.h"
#include "support/temporary_folder.h"
#include "support/xml_schema.h"

namespace dmarc::test {
namespace {

constexpr std::int64_t received = 1'790'000'000;
constexpr std::string_view author = "example.com";

/// One step down (RFC 9989 section 4.7, tag t).
Policy lowered(Policy policy) {
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

Verdict verdict_on(const SampleMessage& message) {
  Verdict verdict(dns::Name::parse(message.author).value());
  verdict.record = read_record(message.record);
  if (!verdict.record) throw Malformed("not a DMARC record: " + message.record);
  verdict.policy_domain = dns::Name::parse(message.policy_domain).value();
  verdict.published_policy = verdict.record->for_domain();
  verdict.policy =
      verdict.record->testing ? lowered(*verdict.published_policy) : verdict.published_policy;
  verdict.result = Result::fail;
  return verdict;
}

policy::Judgement judgement_of(const Handling& handling) {
  Verdict verdict =
      verdict_on({std::string(author), std::string(author),
                  "v=DMARC1; p=" + std::string(to_string(handling.policy)) +
                      (handling.testing ? "; t=y" : "") + "; rua=mailto:dmarc@example.com"});
  if (handling.passed) verdict.result = Result::pass;
  verdict.spf_aligned = handling.passed;

  policy::Judgement judgement;
  judgement.result = verdict.result;
  judgement.disposition = handling.applied;
  if (handling.applied == Policy::reject) judgement.action = policy::Action::reject;
  if (handling.applied == Policy::quarantine) judgement.hold_reason = "quarantine";
  if (!handling.passed && handling.testing)
    judgement.overrides.push_back({policy::OverrideType::policy_test_mode});
  if (!handling.passed && handling.applied != verdict.policy)
    judgement.overrides.push_back(
        {handling.override_type.value_or(policy::OverrideType::local_policy),
         "the receiver's choice"});
  judgement.verdicts.push_back(std::move(verdict));
  return judgement;
}

std::string record_of(const policy::Judgement& judgement) {
  policy::Message message;
  message.job_id = "4F1A2B";
  message.mta_name = "mx.example.net";
  message.client = base::IpAddress::parse("192.0.2.1");
  return history::record_of(message, judgement, received, "mx.example.net").text;
}

std::string record_of(const Handling& handling) {
  return record_of(judgement_of(handling));
}

history::PublishedPolicy sample_policy() {
  history::PublishedPolicy policy;
  policy.domain = author;
  policy.p = Policy::reject;
  policy.testing = false;
  policy.discovery = DiscoveryMethod::treewalk;
  return policy;
}

aggregate::Row sample_row() {
  return {.source_ip = "192.0.2.1",
          .count = 1,
          .reasons = {{policy::OverrideType::other, "as an example"}},
          .header_from = std::string(author),
          .envelope_from = {},
          .dkim = {{std::string(author), "s1", history::AuthCode::pass}},
          .spf = {}};
}

std::string written(const aggregate::Row& row, const history::PublishedPolicy& policy) {
  std::string text;
  aggregate::ReportXml xml([&](std::string_view part) { text += part; },
                           {.org_name = "Example",
                            .email = "dmarc@mx.example.net",
                            .extra_contact_info = {},
                            .report_id = "3f2a91",
                            .period = {received, received + 86'400},
                            .generator = "run_vectors"},
                           policy);
  xml.add(row);
  xml.finish();
  return text;
}

/// A store that has read history records.
struct Reports {
  explicit Reports(const std::string& records)
      : path(folder.write("history", records)),
        database(store::DatabaseAddress::parse("sqlite:" + folder.path("reports.sqlite")).value()),
        source(import(path, database), {received, received + 1}, {}) {}

  static store::Database& import(const std::string& path, store::Database& database) {
    const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    store::create_schema(database);
    store::Importer importer(database);
    history::Reader reader(file.get());
    while (const auto record = reader.next()) {
      if (!record->entry) throw Malformed("no such message: " + record->problem);
      importer.add(*record->entry);
    }
    importer.flush();
    return database;
  }

  TemporaryFolder folder;
  std::string path;
  store::Database database;
  store::ReportSource source;
};

std::string element(const std::string& name, const std::string& content) {
  return "<" + name + ">" + content + "</" + name + ">\n";
}

/// The first element of that name, from its "<" on; an empty one at the end when there is none.
struct Span {
  std::size_t begin = std::string::npos;
  std::size_t length = 0;
};

Span find(const std::string& document, const std::string& name) {
  const std::string close = "</" + name + ">\n";
  const std::size_t begin = document.find("<" + name + ">");
  const std::size_t end = document.find(close, begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return {begin, end + close.size() - begin};
}

void replace(std::string& document, const std::string& name, const std::string& content) {
  const Span span = find(document, name);
  if (span.begin == std::string::npos) throw Malformed("field input." + name + " is not known");
  document.replace(span.begin, span.length, content);
}

/// `outer_name`: the first element of that name inside an outer one, which the sample may lack.
void replace_inner(std::string& document, const std::string& outer, const std::string& name,
                   const std::string& text) {
  if (outer == "spf" && find(document, outer).begin == std::string::npos)
    replace(document, "auth_results",
            element("auth_results",
                    element("spf", element("domain", std::string(author)) +
                                       element("scope", "mfrom") + element("result", "pass"))));
  const Span span = find(document, outer);
  if (span.begin == std::string::npos)
    throw Malformed("field input." + outer + '_' + name + " is not known");
  std::string part = document.substr(span.begin, span.length);
  replace(part, name, element(name, aggregate::xml_escaped(text)));
  document.replace(span.begin, span.length, part);
}

std::string elements(const Field& map) {
  std::string text;
  for (const auto& [name, value] : map.members())
    text += element(name, aggregate::xml_escaped(value.text()));
  return text;
}

/// The parts of the report in another order, with an extension if the order has one.
void reorder(std::string& document, const Field& order) {
  std::string parts;
  std::size_t begin = std::string::npos;
  for (const std::string& name : order.texts()) {
    const Span span = find(document, name);
    if (name != "extension" && span.begin == std::string::npos)
      throw Malformed("field input.order: no element " + name);
    parts += name == "extension" ? element(name, "") : document.substr(span.begin, span.length);
    if (span.begin != std::string::npos) begin = std::min(begin, span.begin);
  }
  document.replace(begin, document.rfind("</feedback>") - begin, parts);
}

void apply(std::string& document, const std::string& name, const Field& value) {
  if (name == "order") return reorder(document, value);
  if (name == "reason_type") return replace(document, "type", element("type", value.text()));
  if (name == "namespace") {
    const std::string own(aggregate::aggregate_namespace);
    document.replace(document.find(own), own.size(), value.text());
    return;
  }
  if (name == "spf") {
    return replace(document, "auth_results",
                   element("auth_results", element("spf", elements(value))));
  }
  if (name == "pct") {
    return replace(document, "p", element("p", "reject") + element("pct", value.text()));
  }
  const std::size_t split = name.find('_');
  if (split != std::string::npos && find(document, name).begin == std::string::npos)
    return replace_inner(document, name.substr(0, split), name.substr(split + 1), value.text());
  replace(document, name,
          element(name, value.is_map() ? elements(value) : aggregate::xml_escaped(value.text())));
}

}  // namespace

aggregate::Row reported_row(const Handling& handling) {
  Reports reports(record_of(handling));
  if (reports.source.next_domain() == nullptr) throw Malformed("nothing is reported");
  return reports.source.rows().next().value();
}

std::vector<SampleReport> reports_on(const std::vector<SampleMessage>& messages) {
  std::string records;
  for (const SampleMessage& message : messages) {
    policy::Judgement judgement;
    judgement.result = Result::fail;
    judgement.verdicts.push_back(verdict_on(message));
    records += record_of(judgement);
  }
  Reports reports(records);
  std::vector<SampleReport> found;
  while (const auto* const policy = reports.source.next_domain()) {
    std::set<std::string> authors;
    store::RowCursor rows = reports.source.rows();
    while (const auto row = rows.next())
      authors.insert(row->header_from);
    found.push_back({*policy, {authors.begin(), authors.end()}});
  }
  return found;
}

std::string sample_report_on(const history::PublishedPolicy& policy) {
  aggregate::Row row = sample_row();
  row.header_from = policy.domain;
  return written(row, policy);
}

std::string sample_element(const std::string& document, const std::string& name) {
  const Span span = find(document, name);
  return span.begin == std::string::npos ? "" : document.substr(span.begin, span.length);
}

std::string sample_report() {
  return written(sample_row(), sample_policy());
}

std::string sample_report_with(const Field& input) {
  std::string document = sample_report();
  for (const auto& [name, value] : input.members())
    apply(document, name, value);
  return document;
}

std::string sample_value(const std::string& document, const std::string& name) {
  const Span span = find(document, name);
  if (span.begin == std::string::npos) return {};
  const std::size_t begin = span.begin + name.size() + 2;
  return document.substr(begin, document.find('<', begin) - begin);
}

bool is_valid_report(const std::string& document) {
  return schema_problem(document, "aggregate-report.xsd").empty();
}

}  // namespace dmarc::test
