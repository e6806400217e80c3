#include "policy/own_arc.h"

#include <algorithm>

#include <dmarc/record.h>

namespace dmarc::policy {
namespace {

using mail::MethodResult;
using mail::ResultWord;

/// RFC 9989 section 4.4 "Identifier Alignment Explained", as far as it can be told without asking
/// the DNS once more: in relaxed mode the identifier is at or below each Organizational Domain that
/// the author may have.
bool is_aligned(const dns::Name& domain, const Discovery& author, AlignmentMode mode) {
  if (domain == author.author) return true;
  const Record* const record = author.record();
  // Below a public suffix everybody has an Organizational Domain of his own.
  if (mode == AlignmentMode::strict || (record && record->psd == PublicSuffixFlag::yes))
    return false;
  return std::ranges::all_of(author.walk.organizations, [&](const dns::Name& organization) {
    return domain.is_at_or_below(organization);
  });
}

bool is_aligned_pass(const MethodResult& result, const Discovery& author) {
  if (result.result != ResultWord::pass) return false;
  const Record* const record = author.record();
  if (result.method == "dkim") {
    auto domain = result.domain("header", "d");
    if (!domain) domain = result.domain("header", "i");
    const auto mode = record == nullptr ? AlignmentMode::relaxed : record->adkim;
    return domain && is_aligned(*domain, author, mode);
  }
  if (result.method != "spf") return false;
  const auto domain = result.domain("smtp", "mailfrom");
  const auto mode = record == nullptr ? AlignmentMode::relaxed : record->aspf;
  return domain && is_aligned(*domain, author, mode);
}

}  // namespace

bool wants_own_arc(const Settings& settings) {
  switch (settings.arc_self_validate) {
    case SelfValidate::always:
      return true;
    case SelfValidate::automatic:
      return !settings.domain_whitelist.empty();
    case SelfValidate::never:
      break;
  }
  return false;
}

arc::Options arc_options(const Message& message) {
  return {message.arrival,
          message.leading_blanks ? dkim::LeadingBlanks::kept : dkim::LeadingBlanks::lost};
}

bool are_whitelisted(const arc::Result& chain, const Settings& settings) {
  return !chain.sets.empty() && std::ranges::all_of(chain.sets, [&](const arc::SetResult& set) {
    return std::ranges::find(settings.domain_whitelist, set.seal.domain) !=
           settings.domain_whitelist.end();
  });
}

bool vouch_for(const mail::AuthResults& results, const Discovery& author) {
  bool passed = false;
  for (const MethodResult& result : results.results) {
    if (result.method == "dmarc" && result.domain("header", "from") == author.author) {
      if (result.result == ResultWord::fail) return false;
      passed = passed || result.result == ResultWord::pass;
    }
    passed = passed || is_aligned_pass(result, author);
  }
  return passed;
}

bool excuses(const arc::Result& chain, std::span<const Discovery> authors,
             const Settings& settings) {
  return chain.chain == arc::ChainStatus::pass && chain.first_results && !authors.empty() &&
         are_whitelisted(chain, settings) &&
         std::ranges::all_of(authors, [&](const Discovery& author) {
           return vouch_for(*chain.first_results, author);
         });
}

}  // namespace dmarc::policy
