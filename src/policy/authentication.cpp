#include "policy/authentication.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "mail/received_spf.h"

namespace dmarc::policy {
namespace {

using Source = Authentication::SpfSource;
using Dkim = Authentication::Dkim;

MethodOutcome outcome_of(mail::ResultWord word) {
  if (word == mail::ResultWord::pass) return MethodOutcome::pass;
  return word == mail::ResultWord::temperror ? MethodOutcome::temperror : MethodOutcome::other;
}

/// header.d is the property that DMARC goes by (RFC 9989 section 4.4.1 "DKIM-Authenticated
/// Identifiers"); a value that is no host name authenticates nothing, whatever the result says.
std::optional<Dkim> read_dkim(const mail::MethodResult& result) {
  const auto* d = result.find("header", "d");
  if (d == nullptr) return std::nullopt;
  auto domain = dns::Name::parse(d->value);
  if (!domain || !domain->is_hostname()) return std::nullopt;
  Dkim dkim{{std::move(*domain), outcome_of(result.result), {}}, result.result};
  if (const auto* s = result.find("header", "s")) dkim.input.selector = s->value;
  return dkim;
}

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

/// Drops those least likely to decide anything when there are too many.
void limit(std::vector<Dkim>& results, std::span<const dns::Name> authors) {
  if (results.size() <= max_dkim) return;
  std::ranges::stable_sort(results, [&](const Dkim& a, const Dkim& b) {
    if (a.input.outcome != b.input.outcome) return a.input.outcome < b.input.outcome;
    return nearness(a.input.domain, authors) > nearness(b.input.domain, authors);
  });
  results.erase(results.begin() + max_dkim, results.end());
}

std::optional<dns::Name> host_name(std::string_view text) {
  auto name = dns::Name::parse(text);
  if (!name || !name->is_hostname()) return std::nullopt;
  return std::move(*name);
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

/// The best of the results that name the identity (outcomes are declared best first): a filter may
/// write one for MAIL FROM and one for HELO.
SpfFinding from_auth_results(std::span<const mail::MethodResult> results,
                             const SpfIdentity& identity) {
  SpfFinding best;
  for (const mail::MethodResult& result : results) {
    if (!names_identity(result, identity)) continue;
    if (!best.input || outcome_of(result.result) < best.input->outcome) {
      best = finding(Source::auth_results, identity, result.result);
    }
  }
  return best;
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
  if (result.domain) own.input = SpfInput{*result.domain, outcome_of(word)};
  return own;
}

/// What the trusted fields say, where they are believed.
SpfFinding believed(const std::optional<SpfIdentity>& identity, const Settings& settings,
                    std::span<const mail::MethodResult> upstream) {
  if (!identity || settings.spf_ignore_results) return {};
  return from_auth_results(upstream, *identity);
}

bool is_pass(const SpfFinding& found) {
  return found.input && found.input->outcome == MethodOutcome::pass;
}

}  // namespace

std::vector<Dkim> believed_signatures(const TrustedResults& upstream,
                                      std::span<const dns::Name> authors) {
  std::vector<Dkim> signatures;
  for (const mail::MethodResult& result : upstream.dkim) {
    if (auto signature = read_dkim(result)) signatures.push_back(std::move(*signature));
  }
  limit(signatures, authors);
  return signatures;
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

bool wants_own_spf(const Message& message, const Settings& settings,
                   std::span<const mail::MethodResult> upstream) {
  return settings.spf_self_validate &&
         !is_pass(believed(spf_identity(message), settings, upstream));
}

SpfFinding find_spf(const Message& message, const Settings& settings,
                    std::span<const mail::MethodResult> upstream, const spf::Result* own) {
  const auto identity = spf_identity(message);
  const SpfFinding found = believed(identity, settings, upstream);
  if (is_pass(found)) return found;
  if (settings.spf_self_validate) return from_own_check(own != nullptr ? *own : spf::Result{});
  if (!found.input && identity && !settings.spf_ignore_results)
    return from_received_spf(message, *identity);
  return found;
}

}  // namespace dmarc::policy
