#include "base/ascii.h"
#include "base/ip_address.h"
#include "ctl/explain/views.h"

namespace dmarc::ctl {
namespace {

// An SPF record may be as long as a DNS answer; what matters is at its front.
constexpr std::size_t max_record_shown = 1000;

std::string milliseconds(std::chrono::microseconds took) {
  const auto tenths = (took.count() + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

std::string record_text(dns::Type type, const std::string& data) {
  if (type == dns::Type::a || type == dns::Type::aaaa)
    if (const auto address = base::IpAddress::from_octets(data)) return address->text();
  const std::string text = base::printable(data, max_record_shown);
  return type == dns::Type::txt ? "\"" + text + "\"" : text;
}

std::string_view scope_name(spf::Scope scope) {
  return scope == spf::Scope::helo ? "helo" : "mailfrom";
}

base::Json text_or_null(const std::string& text) {
  return text.empty() ? base::Json() : base::Json(text);
}

}  // namespace

Outline spf_outline(const spf::Result& result) {
  const std::string domain = result.domain ? result.domain->text() : "no usable identity";
  Outline outline("SPF " + std::string(spf::to_string(result.code)) + " (" +
                  std::string(scope_name(result.scope)) + "): " + domain);
  if (!result.problem.empty()) outline.add("because", result.problem);
  if (!result.record.empty())
    outline.add("record: \"" + base::printable(result.record, max_record_shown) + "\"");
  std::string followed;
  for (const std::string& domain_followed : result.path)
    followed += (followed.empty() ? "" : " > ") + domain_followed;
  if (!followed.empty()) outline.add("through", followed);
  if (!result.mechanism.empty()) outline.add("decided by", result.mechanism);
  if (!result.explanation.empty()) outline.add("explanation", result.explanation);
  return outline;
}

std::vector<std::string> record_texts(const dns::LookupSession::Entry& lookup) {
  std::vector<std::string> texts;
  if (!lookup.answer) return texts;
  for (const std::string& data : lookup.answer->records)
    texts.push_back(record_text(lookup.question.type, data));
  return texts;
}

std::string lookup_line(const dns::LookupSession::Entry& lookup) {
  std::string line = base::printable(lookup.question.name.text()) + " " +
                     std::string(dns::to_string(lookup.question.type)) + ": ";
  if (!lookup.answer) return line + "not waited for";
  const dns::Answer& answer = *lookup.answer;
  line += answer.outcome == dns::Outcome::temporary_failure
              ? "temporary failure: " + std::string(dns::describe(answer.failure))
              : std::string(dns::to_string(answer.outcome));
  if (answer.alias) line += ", by an alias";
  if (answer.authenticated) line += ", authenticated";
  if (answer.stale) line += ", stale";
  return line + " (" + milliseconds(lookup.took) + ")";
}

Outline lookups_outline(const std::vector<dns::LookupSession::Entry>& lookups) {
  Outline outline("DNS look-ups: " + std::to_string(lookups.size()));
  for (const auto& lookup : lookups) {
    Outline& line = outline.add(lookup_line(lookup));
    for (const std::string& text : record_texts(lookup))
      line.add(text);
  }
  return outline;
}

base::Json json_of(const spf::Result& result) {
  return base::Json::object()
      .set("result", spf::to_string(result.code))
      .set("scope", scope_name(result.scope))
      .set("domain", json_or_null(result.domain))
      .set("mechanism", text_or_null(result.mechanism))
      .set("path", base::Json::array(result.path))
      .set("problem", text_or_null(result.problem))
      .set("record", text_or_null(result.record))
      .set("explanation", text_or_null(result.explanation));
}

base::Json json_of(const std::vector<dns::LookupSession::Entry>& lookups) {
  auto list = base::Json::array();
  for (const auto& lookup : lookups) {
    auto entry = base::Json::object();
    entry.set("name", lookup.question.name.text())
        .set("type", dns::to_string(lookup.question.type));
    if (lookup.answer)
      entry.set("outcome", dns::to_string(lookup.answer->outcome))
          .set("failure", json_of(lookup.answer->failure))
          .set("records", base::Json::array(record_texts(lookup)))
          .set("stale", lookup.answer->stale)
          .set("authenticated", lookup.answer->authenticated);
    list.push(std::move(entry.set("microseconds", lookup.took.count())));
  }
  return list;
}

}  // namespace dmarc::ctl
