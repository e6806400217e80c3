#include "ctl/explain/dns_view.h"

#include <chrono>

#include <dmarc/ip_address.h>

#include "base/ascii.h"

namespace dmarc::ctl {
namespace {

// A TXT record may be as long as a DNS answer; what matters is at its front.
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

}  // namespace

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

base::Json json_of(dns::Failure failure) {
  return failure == dns::Failure::none ? base::Json() : base::Json(dns::describe(failure));
}

base::Json json_or_null(const std::optional<dns::Name>& name) {
  return name ? base::Json(name->text()) : base::Json();
}

}  // namespace dmarc::ctl
