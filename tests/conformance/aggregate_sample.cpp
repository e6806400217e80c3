#include "aggregate_sample.h"

#include <fcntl.h>

#include <map>

#include "aggregate/aggregate_xml.h"
#include "base/unique_fd.h"
#include "history/history_reader.h"
#include "history/history_record.h"
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

policy::Judgement judgement_of(const Handling& handling) {
  Verdict verdict(dns::Name::parse(author).value());
  verdict.record =
      Record::parse("v=DMARC1; p=" + std::string(to_string(handling.policy)) +
                    (handling.testing ? "; t=y" : "") + "; rua=mailto:dmarc@example.com");
  verdict.policy_domain = verdict.author;
  verdict.published_policy = handling.policy;
  verdict.policy = handling.testing ? lowered(handling.policy) : handling.policy;
  verdict.result = handling.passed ? Result::pass : Result::fail;
  verdict.spf_aligned = handling.passed;

  policy::Judgement judgement;
  judgement.result = verdict.result;
  judgement.disposition = handling.applied;
  if (handling.applied == Policy::reject) judgement.action = policy::Action::reject;
  if (handling.applied == Policy::quarantine) judgement.hold_reason = "quarantine";
  judgement.note = "the receiver's choice";
  judgement.verdicts.push_back(std::move(verdict));
  return judgement;
}

std::string record_of(const Handling& handling) {
  policy::Message message;
  message.job_id = "4F1A2B";
  message.mta_name = "mx.example.net";
  message.client = base::IpAddress::parse("192.0.2.1");
  std::string record =
      history::history_record(message, judgement_of(handling), received, "mx.example.net");
  if (handling.override_type) {
    constexpr std::string_view own = "local_policy";
    if (const std::size_t at = record.find(own); at != std::string::npos)
      record.replace(at, own.size(), *handling.override_type);
  }
  return record;
}

history::PublishedPolicy sample_policy() {
  history::PublishedPolicy policy;
  policy.domain = author;
  policy.p = Policy::reject;
  policy.testing = false;
  policy.discovery = DiscoveryMethod::treewalk;
  return policy;
}

history::AggregateRow sample_row() {
  return {.source_ip = "192.0.2.1",
          .count = 1,
          .reasons = {{history::OverrideReason::Type::other, "as an example"}},
          .header_from = std::string(author),
          .envelope_from = {},
          .dkim = {{std::string(author), "s1", history::AuthCode::pass}},
          .spf = {}};
}

std::string written(const history::AggregateRow& row) {
  std::string text;
  aggregate::AggregateXml xml([&](std::string_view part) { text += part; },
                              {.org_name = "Example",
                               .email = "dmarc@mx.example.net",
                               .extra_contact_info = {},
                               .report_id = "3f2a91",
                               .period = {received, received + 86'400},
                               .generator = "run_vectors"},
                              sample_policy());
  xml.add(row);
  xml.finish();
  return text;
}

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
  if (span.begin == std::string::npos) throw Unsupported("agg input " + name);
  document.replace(span.begin, span.length, content);
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
      throw Unsupported("agg order with " + name);
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
  replace(document, name,
          element(name, value.is_map() ? elements(value) : aggregate::xml_escaped(value.text())));
}

}  // namespace

history::AggregateRow reported_row(const Handling& handling) {
  const TemporaryFolder folder;
  const std::string path = folder.write("history", record_of(handling));
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  store::Database database(
      store::Address::parse("sqlite:" + folder.path("reports.sqlite")).value());
  store::create_schema(database);
  store::Importer importer(database);
  history::HistoryReader reader(file.get());
  const auto record = reader.next();
  if (!record || !record->entry) throw Malformed("no such message: " + record->problem);
  importer.add(*record->entry);
  importer.flush();
  store::ReportSource source(database, {received, received + 1}, {});
  if (source.next_domain() == nullptr) throw Malformed("nothing is reported");
  return source.rows().next().value();
}

std::string sample_report() {
  return written(sample_row());
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
