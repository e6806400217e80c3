#include "policy/arc.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "arc/fields.h"
#include "base/ascii.h"
#include "mail/limits.h"

namespace dmarc::policy {
namespace {

bool is_whitelisted(std::string_view domain, const Settings& settings) {
  const auto name = dns::Name::parse(base::trim(domain));
  return name &&
         std::ranges::find(settings.domain_whitelist, *name) != settings.domain_whitelist.end();
}

/// arc.chain names the sealers, separated by colons: "relay.example:lists.example".
bool is_whitelisted_chain(const mail::MethodResult& result, const Settings& settings) {
  const auto* chain = result.find("arc", "chain");
  if (chain == nullptr) return false;
  return std::ranges::all_of(base::split(chain->value, ':'), [&](std::string_view domain) {
    return is_whitelisted(domain, settings);
  });
}

void read_result(Arc& arc, const TrustedResults& upstream, const Settings& settings) {
  for (const BelievedField& field : upstream.fields) {
    const auto is_arc = [](const mail::MethodResult& result) { return result.method == "arc"; };
    const auto found = std::ranges::find_if(field.results, is_arc);
    if (found == field.results.end()) continue;
    // Two results disagree about one chain, whatever they say.
    arc.passed = found->result == mail::ResultWord::pass &&
                 std::ranges::count_if(field.results, is_arc) == 1;
    arc.whitelisted = arc.passed && is_whitelisted_chain(*found, settings);
    return;
  }
}

class SetReader {
 public:
  SetReader(const Message& message, ArcFinding& finding) : message_(message), finding_(finding) {}

  void read() {
    each_field("ARC-Authentication-Results", [this](std::string_view value) {
      const auto read = arc::parse_arc_auth_results(value);
      if (read) clients_.emplace(read->instance, base::printable(read->client_ip));
      return read.has_value();
    });
    each_field("ARC-Seal", [this](std::string_view value) {
      auto seal = arc::parse_arc_seal(value);
      if (!seal) return false;
      const auto client = clients_.find(seal->instance);
      finding_.arc.sets.push_back({seal->instance, std::move(seal->domain),
                                   std::move(seal->selector),
                                   client == clients_.end() ? "" : client->second});
      return true;
    });
  }

 private:
  template <typename Read>
  void each_field(std::string_view name, Read read_value) {
    auto fields = mail::fields_named(message_.header, name);
    if (fields.size() > mail::max_arc_sets) fields.resize(mail::max_arc_sets);
    for (const auto* field : fields) {
      if (read_value(field->value)) continue;
      finding_.events.push_back(log::make<log::Id::invalid_arc_field>(
          message_.job_id, name, base::printable(mail::shown_value(*field))));
    }
  }

  const Message& message_;
  ArcFinding& finding_;
  std::map<unsigned, std::string> clients_;
};

}  // namespace

ArcFinding read_arc(const Message& message, const Settings& settings,
                    const TrustedResults& upstream) {
  ArcFinding finding;
  read_result(finding.arc, upstream, settings);
  SetReader(message, finding).read();
  return finding;
}

}  // namespace dmarc::policy
