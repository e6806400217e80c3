#include "failure/incident.h"

#include <algorithm>

#include "base/ascii.h"
#include "mail/auth_results.h"
#include "mail/tag_list.h"
#include "policy/authserv_ids.h"
#include "policy/result_header.h"

namespace dmarc::failure {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::dmarc:
      break;
    case Kind::dkim:
      return "dkim";
    case Kind::spf:
      return "spf";
  }
  return "dmarc";
}

bool is_spf_failure(std::optional<mail::ResultWord> result) {
  return result == mail::ResultWord::fail || result == mail::ResultWord::softfail ||
         result == mail::ResultWord::permerror;
}

bool is_dkim_failure(mail::ResultWord result) {
  return result == mail::ResultWord::fail || result == mail::ResultWord::permerror ||
         result == mail::ResultWord::neutral || result == mail::ResultWord::policy;
}

Facts facts_of(const policy::Judgement& judgement) {
  const Verdict& verdict = judgement.verdicts.front();
  const policy::Authentication& authentication = judgement.authentication;
  return {.spf_failed = is_spf_failure(authentication.spf_result),
          .spf_aligned = verdict.spf_aligned,
          .dkim_failed = std::ranges::any_of(
              authentication.dkim,
              [](const auto& signature) { return is_dkim_failure(signature.result); }),
          .dkim_aligned = verdict.dkim_aligned};
}

std::vector<Kind> requested_reports(const Record& record, const Facts& facts) {
  if (record.ruf.empty() || record.psd == PublicSuffixFlag::yes) return {};
  std::vector<Kind> kinds;
  const auto asks_for = [&](FailureOption option) {
    return std::ranges::find(record.fo, option) != record.fo.end();
  };
  const bool none_aligned = !facts.spf_aligned && !facts.dkim_aligned;
  const bool all_aligned = facts.spf_aligned && facts.dkim_aligned;
  if ((asks_for(FailureOption::none_aligned) && none_aligned) ||
      (asks_for(FailureOption::any_failed) && !all_aligned))
    kinds.push_back(Kind::dmarc);
  if (asks_for(FailureOption::dkim_failed) && facts.dkim_failed) kinds.push_back(Kind::dkim);
  if (asks_for(FailureOption::spf_failed) && facts.spf_failed) kinds.push_back(Kind::spf);
  return kinds;
}

bool is_public_suffix_policy(const Verdict& verdict) {
  return std::ranges::any_of(verdict.walk, [&](const WalkStep& step) {
    return step.name == verdict.policy_domain && effective_psd(step) == PublicSuffixFlag::yes;
  });
}

std::vector<std::string> unaligned_methods(const Facts& facts) {
  std::vector<std::string> methods;
  if (!facts.dkim_aligned) methods.emplace_back("dkim");
  if (!facts.spf_aligned) methods.emplace_back("spf");
  return methods;
}

namespace {

using policy::Authentication;
using policy::Judgement;
using policy::Message;

// A selector is a part of a domain name.
constexpr std::size_t max_shown_selector = dns::Name::max_text;

std::vector<Kind> due_to_owner(const Verdict& verdict, const Facts& facts) {
  if (is_public_suffix_policy(verdict)) return {};
  auto kinds = requested_reports(*verdict.record, facts);
  // RFC 9991 section 3 leaves the choice to the receiver: a DMARC report has what the others say.
  if (std::ranges::find(kinds, Kind::dmarc) != kinds.end()) return {Kind::dmarc};
  return kinds;
}

Incident::Delivery delivery(const Judgement& judgement) {
  switch (judgement.action) {
    case policy::Action::reject:
      return Incident::Delivery::reject;
    case policy::Action::tempfail:
      return Incident::Delivery::other;
    case policy::Action::accept:
    case policy::Action::proceed:
      break;
  }
  return judgement.hold_reason ? Incident::Delivery::policy : Incident::Delivery::delivered;
}

std::string results(const Message& message, const Judgement& judgement,
                    const policy::Settings& settings) {
  const Authentication& authentication = judgement.authentication;
  mail::AuthResultsWriter writer(policy::authserv_id_for(message, settings));
  policy::add_dmarc_result(writer, {judgement.result, judgement.verdicts.front().author.text(),
                                    judgement.policy, judgement.disposition, judgement.reason});
  if (authentication.spf && authentication.spf_result) {
    writer.result("spf", to_string(*authentication.spf_result));
    writer.property("smtp", authentication.spf_scope == spf::Scope::helo ? "helo" : "mailfrom",
                    authentication.spf->domain.text());
  }
  for (const Authentication::Dkim& signature : authentication.dkim) {
    writer.result("dkim", to_string(signature.result));
    writer.property("header", "d", signature.input.domain.text());
    if (const std::string& selector = signature.input.selector; !selector.empty())
      writer.property("header", "s", selector.substr(0, max_shown_selector));
  }
  return writer.value();
}

/// i= of that signature (RFC 6376 section 3.5 "The DKIM-Signature Header Field", where "@d" is the
/// default).
std::string identity_of(const Message& message, const DkimInput& signature) {
  for (const mail::HeaderField* field : mail::fields_named(message.header, "DKIM-Signature")) {
    std::string_view domain;
    std::string_view selector;
    std::string_view identity;
    mail::TagList tags(field->value);
    while (const auto tag = tags.next()) {
      if (tag->name == "d") domain = tag->value;
      if (tag->name == "s") selector = tag->value;
      if (tag->name == "i") identity = tag->value;
    }
    const bool is_it = base::iequals(domain, signature.domain.text()) &&
                       base::iequals(selector, signature.selector);
    if (is_it && !identity.empty()) return std::string(identity);
  }
  return "@" + signature.domain.text();
}

/// RFC 6591 section 3.3 "Authentication Failure Types".
std::string_view dkim_failure_type(dkim::Fault fault) {
  if (fault == dkim::Fault::body_hash) return "bodyhash";
  return fault == dkim::Fault::key_revoked ? "revoked" : "signature";
}

std::optional<Incident::Signature> failed_signature(const Message& message,
                                                    const Judgement& judgement) {
  const Verdict& verdict = judgement.verdicts.front();
  const dns::Name& home = verdict.organizational_domain.value_or(verdict.author);
  const policy::Authentication::Dkim* found = nullptr;
  for (const Authentication::Dkim& signature : judgement.authentication.dkim) {
    if (!is_dkim_failure(signature.result)) continue;
    const bool could_align = signature.input.domain.is_at_or_below(home);
    if (found == nullptr || (could_align && !found->input.domain.is_at_or_below(home)))
      found = &signature;
  }
  if (found == nullptr) return std::nullopt;
  return Incident::Signature{found->input.domain,
                             found->input.selector.substr(0, max_shown_selector),
                             identity_of(message, found->input), dkim_failure_type(found->fault)};
}

std::optional<Incident::Spf> failed_spf(const Authentication& authentication) {
  if (!authentication.spf || !is_spf_failure(authentication.spf_result)) return std::nullopt;
  return Incident::Spf{authentication.spf->domain,
                       authentication.own_spf ? authentication.own_spf->record : ""};
}

void keep_header(Incident& incident, const mail::HeaderBlock& header) {
  std::size_t octets = 0;
  for (const mail::HeaderField& field : header) {
    octets += field.name.size() + field.value.size();
    if (octets > max_reported_header) {
      incident.header_cut = true;
      return;
    }
    incident.header.add(field.name, field.value);
  }
}

}  // namespace

bool is_automatic(const Message& message) {
  if (message.sender.kind == mail::ReversePath::Kind::null) return true;
  for (const mail::HeaderField* field : mail::fields_named(message.header, "Auto-Submitted")) {
    const std::string_view value = base::trim(field->value);
    if (!base::iequals(value.substr(0, value.find_first_of("; \t(")), "no")) return true;
  }
  return std::ranges::any_of(
      mail::fields_named(message.header, "Content-Type"), [](const mail::HeaderField* field) {
        return base::istarts_with(base::trim(field->value), "multipart/report");
      });
}

std::optional<Incident> incident_of(const Message& message, const Judgement& judgement,
                                    const policy::Settings& settings, const Criteria& criteria,
                                    std::int64_t arrival) {
  if (judgement.result != Result::fail && judgement.result != Result::pass) return std::nullopt;
  const Verdict& verdict = judgement.verdicts.front();
  if (!verdict.record || !verdict.policy_domain || is_automatic(message)) return std::nullopt;
  if (judgement.policy.value_or(Policy::none) == Policy::none && !criteria.on_none)
    return std::nullopt;
  const Facts facts = facts_of(judgement);
  Incident incident(verdict.author, *verdict.policy_domain);
  incident.kinds = due_to_owner(verdict, facts);
  if (!incident.kinds.empty())
    incident.ruf = verdict.record->ruf;
  else if (criteria.for_operator && verdict.result == Result::fail)
    incident.kinds = {Kind::dmarc};
  else
    return std::nullopt;
  incident.job_id = message.job_id;
  incident.mta_name = message.mta_name;
  incident.client_name = message.client_name;
  if (message.client) incident.client_address = message.client->text();
  incident.sender = message.sender;
  incident.arrival = arrival;
  incident.results = results(message, judgement, settings);
  incident.unaligned = unaligned_methods(facts);
  incident.delivery = delivery(judgement);
  incident.failed_signature = failed_signature(message, judgement);
  incident.failed_spf = failed_spf(judgement.authentication);
  keep_header(incident, message.header);
  return incident;
}

}  // namespace dmarc::failure
