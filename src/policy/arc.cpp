#include "policy/arc.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "arc/fields.h"
#include "arc/problem.h"
#include "base/ascii.h"
#include "mail/limits.h"
#include "policy/own_arc.h"

namespace dmarc::policy {
namespace {

/// As a trusted filter says. Two results disagree about one chain, whatever they say.
bool is_said_to_pass(const TrustedResults& upstream) {
  const auto is_arc = [](const mail::MethodResult& result) { return result.method == "arc"; };
  for (const BelievedField& field : upstream.fields) {
    const auto found = std::ranges::find_if(field.results, is_arc);
    if (found == field.results.end()) continue;
    return found->result == mail::ResultWord::pass &&
           std::ranges::count_if(field.results, is_arc) == 1;
  }
  return false;
}

Arc read_own(const arc::Result& own, const Settings& settings,
             std::span<const Discovery> policies) {
  Arc arc;
  arc.verified = own.chain != arc::ChainStatus::none;
  arc.passed = own.chain == arc::ChainStatus::pass;
  arc.oldest_pass = own.oldest_pass;
  if (own.problem) arc.problem = arc::describe(*own.problem);
  arc.undecided =
      own.own_limit && own.problem && own.problem->is_temporary() && are_whitelisted(own, settings);
  arc.whitelisted = excuses(own, policies, settings);
  return arc;
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
                    const TrustedResults& upstream, const arc::Result* own,
                    std::span<const Discovery> policies) {
  ArcFinding finding;
  if (own != nullptr)
    finding.arc = read_own(*own, settings, policies);
  else
    finding.arc.passed = is_said_to_pass(upstream);
  SetReader(message, finding).read();
  return finding;
}

}  // namespace dmarc::policy
