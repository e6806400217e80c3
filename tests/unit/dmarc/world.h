// A small DNS world to evaluate messages in.
//
//   World world(R"(
//     _dmarc.example.com  TXT  "v=DMARC1; p=reject"
//   )");
//   Verdict verdict = world.evaluate("example.com", {.spf = "example.org"});
//
// Identifiers are given as authenticated; "temperror:example.org" is one whose method failed
// temporarily, "fail:example.org" one that did not authenticate.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/evaluate.h>
#include <dmarc/zone.h>

#include "base/ascii.h"
#include "dns/lookup_session.h"

namespace dmarc::test {

inline dns::Name name(std::string_view text) {
  auto parsed = dns::Name::parse(text);
  if (!parsed) throw std::invalid_argument("no name: " + std::string(text));
  return *std::move(parsed);
}

inline std::vector<dns::Name> names(std::string_view list) {
  std::vector<dns::Name> parsed;
  for (const std::string_view text : base::split(list, ' '))
    if (!text.empty()) parsed.push_back(name(text));
  return parsed;
}

struct Message {
  std::string_view spf = {};
  std::vector<std::string_view> dkim = {};
};

class World {
 public:
  explicit World(std::string_view zone_text) : zone_(parse(zone_text)) {}

  Verdict evaluate(std::string_view author, const Message& message, const Options& options = {}) {
    Inputs inputs{.author = name(author)};
    if (!message.spf.empty()) {
      const auto [outcome, domain] = read(message.spf);
      inputs.spf = SpfInput{.domain = domain, .outcome = outcome};
    }
    for (const std::string_view signature : message.dkim) {
      const auto [outcome, domain] = read(signature);
      inputs.dkim.push_back({.domain = domain, .outcome = outcome});
    }
    return dmarc::evaluate(inputs, options, session_);
  }

  /// What a check comes to, or a walk.
  Discovery discover(std::string_view author, const Options& options = {}) {
    DiscoveryCheck check(name(author), options, {});
    return dns::wait_for(check, session_);
  }
  Walk walk(std::string_view start, const Options& options = {}) {
    TreeWalk check(name(start), options);
    return dns::wait_for(check, session_);
  }

  dns::LookupSession& session() { return session_; }

 private:
  static dns::Zone parse(std::string_view text) {
    auto zone = dns::Zone::parse(text);
    if (!zone) throw std::invalid_argument(zone.error().reason);
    return *std::move(zone);
  }

  static std::pair<MethodOutcome, dns::Name> read(std::string_view identifier) {
    const std::size_t colon = identifier.find(':');
    if (colon == std::string_view::npos) return {MethodOutcome::pass, name(identifier)};
    return {identifier.starts_with("temperror") ? MethodOutcome::temperror : MethodOutcome::other,
            name(identifier.substr(colon + 1))};
  }

  dns::Zone zone_;
  dns::LookupSession session_{zone_, {}};
};

/// The names of a walk in order, blank-separated.
inline std::string asked(const std::vector<WalkStep>& walk) {
  std::string text;
  for (const WalkStep& step : walk)
    text += (text.empty() ? "" : " ") + step.name.text();
  return text;
}

/// "result policy org policy-domain", with "-" for what is unset.
inline std::string summary(const Verdict& verdict) {
  const auto text = [](const std::optional<dns::Name>& domain) {
    return domain ? domain->text() : "-";
  };
  return std::string(to_string(verdict.result)) + ' ' +
         (verdict.policy ? std::string(to_string(*verdict.policy)) : "-") + ' ' +
         text(verdict.organizational_domain) + ' ' + text(verdict.policy_domain);
}

}  // namespace dmarc::test
