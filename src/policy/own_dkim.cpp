#include "policy/own_dkim.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/ascii.h"
#include "dkim/signature.h"
#include "policy/authentication.h"
#include "policy/dkim_source.h"

namespace dmarc::policy {

mail::ResultWord result_word(dkim::Code code) {
  switch (code) {
    case dkim::Code::pass:
      return mail::ResultWord::pass;
    case dkim::Code::fail:
      return mail::ResultWord::fail;
    case dkim::Code::policy:
      return mail::ResultWord::policy;
    case dkim::Code::neutral:
      return mail::ResultWord::neutral;
    case dkim::Code::permerror:
      return mail::ResultWord::permerror;
    case dkim::Code::temperror:
      break;
  }
  return mail::ResultWord::temperror;
}

namespace {

bool mentions_temperror(const mail::HeaderField& field) {
  constexpr std::string_view word = "temperror";
  if (!mail::is_field(field, "Authentication-Results")) return false;
  const auto equal = [](char a, char b) { return base::to_lower(a) == b; };
  return std::search(field.value.begin(), field.value.end(), word.begin(), word.end(), equal) !=
         field.value.end();
}

bool has_length(const mail::HeaderField& field) {
  return dkim::is_signature_field(field) &&
         dkim::read_signature(field.value, dkim::dkim_signature).length;
}

/// What has to be found out here; nothing where our own results don't count.
std::optional<dkim::Extent> extent_for(const Message& message, const Settings& settings) {
  switch (dkim_source(message, settings)) {
    case DkimSource::own:
      return dkim::Extent::verified;
    case DkimSource::matched:
      if (std::ranges::any_of(message.header, mentions_temperror))
        return dkim::Extent::keys_and_lengths;
      if (std::ranges::any_of(message.header, has_length)) return dkim::Extent::lengths;
      break;
    case DkimSource::upstream:
    case DkimSource::nothing:
      break;
  }
  return {};
}

/// The key of that signature could not be looked up here either.
bool fails_here(const Authentication::Dkim& reported, const dkim::SignatureResult& found) {
  if (found.code() != dkim::Code::temperror || !found.domain) return false;
  const bool same_domain = reported.relaxed_only
                               ? reported.input.domain.is_at_or_below(*found.domain)
                               : reported.input.domain == *found.domain;
  return same_domain &&
         (reported.input.selector.empty() || host_name(reported.input.selector) == found.selector);
}

}  // namespace

bool may_want_bodies(const Settings& settings) {
  return settings.dkim_self_validate != SelfValidate::never || !settings.dkim_ignore_results;
}

bool wants_own_dkim(const Message& message, const Settings& settings) {
  return extent_for(message, settings).has_value();
}

dkim::Options dkim_options(const Message& message, const Settings& settings) {
  return {message.arrival,
          message.leading_blanks ? dkim::LeadingBlanks::kept : dkim::LeadingBlanks::lost,
          extent_for(message, settings).value_or(dkim::Extent::lengths)};
}

std::vector<Authentication::Dkim> signatures_of(const dkim::Result& own) {
  std::vector<Authentication::Dkim> signatures;
  for (const dkim::SignatureResult& found : own.signatures) {
    if (!found.domain) continue;
    const mail::ResultWord word = result_word(found.code());
    Authentication::Dkim& dkim =
        signatures.emplace_back(Authentication::Dkim{{*found.domain, outcome_of(word)}, word});
    if (found.selector) dkim.input.selector = found.selector->text();
    dkim.input.failure = found.failure;
    dkim.reason = found.reason();
    dkim.fault = found.fault;
  }
  return signatures;
}

void confirm_temporary_errors(std::vector<Authentication::Dkim>& signatures,
                              const dkim::Result* own) {
  if (own == nullptr) return;
  for (Authentication::Dkim& reported : signatures) {
    if (reported.input.outcome != MethodOutcome::temperror) continue;
    const auto confirming = std::ranges::find_if(
        own->signatures, [&](const auto& found) { return fails_here(reported, found); });
    if (confirming == own->signatures.end())
      reported.input.outcome = MethodOutcome::other;
    else
      reported.input.failure = confirming->failure;
  }
}

}  // namespace dmarc::policy
