#include "policy/authentication.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "mail/received_spf.h"

namespace dmarc::policy {

MethodOutcome outcome_of(mail::ResultWord word) {
  if (word == mail::ResultWord::pass) return MethodOutcome::pass;
  return word == mail::ResultWord::temperror ? MethodOutcome::temperror : MethodOutcome::other;
}

std::optional<dns::Name> host_name(std::string_view text) {
  auto name = dns::Name::parse(text);
  if (!name || !name->is_hostname()) return std::nullopt;
  return std::move(*name);
}

namespace {

using Source = Authentication::SpfSource;
using Dkim = Authentication::Dkim;

/// The number of labels that two names have in common, from the right.
std::size_t common_labels(const dns::Name& a, const dns::Name& b) {
  std::size_t count = 0;
  const std::size_t most = std::min(a.label_count(), b.label_count());
  while (count < most && a.rightmost(count + 1) == b.rightmost(count + 1))
    ++count;
  return count;
}

std::size_t nearness(const dns::Name& domain, std::span<const dns::Name> authors) {
  std::size_t nearest = 0;
  for (const dns::Name& author : authors) {
    nearest = std::max(nearest, common_labels(domain, author));
  }
  return nearest;
}

/// Filters write the domain or the whole address (RFC 8601 section 2.7.2 "SPF and Sender ID"). The
/// local part may hold any "@", quoted; the domain can't.
bool names_domain(std::string_view address, const dns::Name& domain) {
  const auto at = address.rfind('@');
  return host_name(at == std::string_view::npos ? address : address.substr(at + 1)) == domain;
}

bool names_identity(const mail::MethodResult& result, const SpfIdentity& identity) {
  if (const auto* sender = result.find("smtp", "mailfrom")) {
    if (names_domain(sender->value, identity.domain)) return true;
  }
  if (identity.scope != spf::Scope::helo) return false;
  const auto* helo = result.find("smtp", "helo");
  return helo != nullptr && names_domain(helo->value, identity.domain);
}

mail::ResultWord word_of(spf::Code code) {
  switch (code) {
    case spf::Code::none:
      return mail::ResultWord::none;
    case spf::Code::neutral:
      return mail::ResultWord::neutral;
    case spf::Code::pass:
      return mail::ResultWord::pass;
    case spf::Code::fail:
      return mail::ResultWord::fail;
    case spf::Code::softfail:
      return mail::ResultWord::softfail;
    case spf::Code::temperror:
      return mail::ResultWord::temperror;
    case spf::Code::permerror:
      break;
  }
  return mail::ResultWord::permerror;
}

SpfFinding finding(Source source, const SpfIdentity& identity, mail::ResultWord result) {
  return {source, SpfInput{identity.domain, outcome_of(result)}, result, identity.scope};
}

/// A result that names nobody may be about this message as well as about any other: unless it is a
/// pass, nobody's pass below it counts.
bool names_nobody(const mail::MethodResult& result) {
  return std::ranges::none_of(result.properties, [](const mail::Property& property) {
    return property.type == "smtp" && (property.name == "mailfrom" || property.name == "helo");
  });
}

/// The topmost result that names the identity: a filter may write one for MAIL FROM and one for
/// HELO, and what stands below its field is not its own.
SpfFinding from_auth_results(std::span<const mail::MethodResult> results,
                             const SpfIdentity& identity) {
  for (const mail::MethodResult& result : results) {
    if (names_identity(result, identity))
      return finding(Source::auth_results, identity, result.result);
    if (names_nobody(result) && result.result != mail::ResultWord::pass)
      return finding(Source::auth_results, identity, result.result);
  }
  return {};
}

SpfFinding from_received_spf(const Message& message, const SpfIdentity& identity) {
  const auto fields = mail::fields_named(message.header, "Received-SPF");
  if (fields.empty() || identity.scope != spf::Scope::mailfrom) return {};
  const auto received = mail::parse_received_spf(fields.front()->value);
  if (!received || received->identity != "mailfrom" ||
      !names_domain(received->envelope_from, identity.domain)) {
    return {};
  }
  return finding(Source::received_spf, identity, received->result);
}

SpfFinding from_own_check(const spf::Result& result) {
  const mail::ResultWord word = word_of(result.code);
  SpfFinding own{Source::own, {}, word, result.scope};
  if (result.domain) own.input = SpfInput{*result.domain, outcome_of(word), result.failure};
  return own;
}

}  // namespace

void keep_nearest(std::vector<Dkim>& results, std::span<const dns::Name> authors) {
  if (results.size() <= max_dkim) return;
  std::ranges::stable_sort(results, [&](const Dkim& a, const Dkim& b) {
    if (a.input.outcome != b.input.outcome) return a.input.outcome < b.input.outcome;
    return nearness(a.input.domain, authors) > nearness(b.input.domain, authors);
  });
  results.erase(results.begin() + max_dkim, results.end());
}

std::optional<SpfIdentity> spf_identity(const Message& message) {
  if (message.sender.kind == mail::ReversePath::Kind::mailbox && message.sender.domain) {
    return SpfIdentity{*message.sender.domain, spf::Scope::mailfrom};
  }
  if (message.sender.kind != mail::ReversePath::Kind::null) return std::nullopt;
  auto helo = host_name(message.helo);
  if (!helo) return std::nullopt;
  return SpfIdentity{std::move(*helo), spf::Scope::helo};
}

SpfFinding find_spf(const Message& message, const Settings& settings,
                    std::span<const mail::MethodResult> upstream, const spf::Result* own) {
  if (settings.spf_self_validate) return from_own_check(own != nullptr ? *own : spf::Result{});
  const auto identity = spf_identity(message);
  if (!identity || settings.spf_ignore_results) return {};
  const SpfFinding found = from_auth_results(upstream, *identity);
  return found.input ? found : from_received_spf(message, *identity);
}

}  // namespace dmarc::policy
