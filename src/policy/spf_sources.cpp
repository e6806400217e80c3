#include "policy/spf_sources.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "mail/received_spf.h"

namespace dmarc::policy {
namespace {

using Source = Authentication::SpfSource;

/// What SPF can authenticate in this message.
struct Identity {
  dns::Name domain;
  spf::Scope scope = spf::Scope::mailfrom;
};

std::optional<dns::Name> host_name(std::string_view text) {
  auto name = dns::Name::parse(text);
  if (!name || !name->is_hostname()) return std::nullopt;
  return std::move(*name);
}

std::optional<Identity> identity_of(const Message& message) {
  if (message.sender.kind == mail::ReversePath::Kind::mailbox && message.sender.domain) {
    return Identity{*message.sender.domain, spf::Scope::mailfrom};
  }
  if (message.sender.kind != mail::ReversePath::Kind::null) return std::nullopt;
  auto helo = host_name(message.helo);
  if (!helo) return std::nullopt;
  return Identity{std::move(*helo), spf::Scope::helo};
}

/// Filters write the domain or the whole address (RFC 8601 section 2.7.2 "SPF and Sender ID"). The
/// local part may hold any "@", quoted; the domain can't.
bool names_domain(std::string_view address, const dns::Name& domain) {
  const auto at = address.rfind('@');
  return host_name(at == std::string_view::npos ? address : address.substr(at + 1)) == domain;
}

bool names_identity(const mail::MethodResult& result, const Identity& identity) {
  if (const auto* sender = result.find("smtp", "mailfrom")) {
    if (names_domain(sender->value, identity.domain)) return true;
  }
  if (identity.scope != spf::Scope::helo) return false;
  const auto* helo = result.find("smtp", "helo");
  return helo != nullptr && names_domain(helo->value, identity.domain);
}

MethodOutcome outcome_of(std::string_view result) {
  if (result == "pass") return MethodOutcome::pass;
  return result == "temperror" ? MethodOutcome::temperror : MethodOutcome::other;
}

MethodOutcome outcome_of(spf::Code code) {
  return outcome_of(to_string(code));
}

SpfFinding finding(Source source, const Identity& identity, const std::string& result) {
  return {source, SpfInput{identity.domain, outcome_of(result)}, result, identity.scope, {}};
}

/// The best of the results that name the identity (outcomes are declared best first): a filter may
/// write one for MAIL FROM and one for HELO.
SpfFinding from_auth_results(std::span<const mail::MethodResult> results,
                             const Identity& identity) {
  SpfFinding best;
  for (const mail::MethodResult& result : results) {
    if (!names_identity(result, identity)) continue;
    if (!best.input || outcome_of(result.result) < best.input->outcome) {
      best = finding(Source::auth_results, identity, result.result);
    }
  }
  return best;
}

SpfFinding from_received_spf(const Message& message, const Identity& identity) {
  const auto fields = mail::fields_named(message.header, "Received-SPF");
  if (fields.empty() || identity.scope != spf::Scope::mailfrom) return {};
  const auto received = mail::parse_received_spf(fields.front()->value);
  if (!received || received->identity != "mailfrom" ||
      !names_domain(received->envelope_from, identity.domain)) {
    return {};
  }
  return finding(Source::received_spf, identity, received->result);
}

SpfFinding check_here(const std::function<spf::Result()>& own_spf) {
  const spf::Result result = own_spf();
  SpfFinding own{Source::own, {}, std::string(to_string(result.code)), result.scope, result};
  if (result.domain) own.input = SpfInput{*result.domain, outcome_of(result.code)};
  return own;
}

}  // namespace

SpfFinding find_spf(const Message& message, const Settings& settings,
                    std::span<const mail::MethodResult> upstream,
                    const std::function<spf::Result()>& own_spf) {
  const auto identity = identity_of(message);
  const bool believes_fields = identity && !settings.spf_ignore_results;
  SpfFinding found;
  if (believes_fields) found = from_auth_results(upstream, *identity);
  if (found.input && found.input->outcome == MethodOutcome::pass) return found;
  if (settings.spf_self_validate) return check_here(own_spf);
  if (!found.input && believes_fields) {
    return from_received_spf(message, *identity);
  }
  return found;
}

}  // namespace dmarc::policy
