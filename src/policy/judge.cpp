#include "policy/judge.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "policy/arc.h"
#include "policy/assessment.h"
#include "policy/authentication.h"
#include "policy/authserv_ids.h"
#include "policy/disposition.h"
#include "policy/form.h"
#include "policy/log_lines.h"
#include "policy/own_dkim.h"
#include "policy/removals.h"
#include "policy/result_header.h"
#include "policy/upstream_dkim.h"

namespace dmarc::policy {
namespace {

void append(std::vector<log::Event>& events, std::vector<log::Event> more) {
  events.insert(events.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

void log_implicit_id(Judgement& judgement, const Message& message, const Settings& settings) {
  if (!settings.authserv_id.empty()) return;
  judgement.events.push_back(
      log::make<log::Id::implicit_authserv_id>(base_authserv_id(message, settings)));
}

/// True when the form alone has settled it.
bool settle_by_form(Judgement& judgement, const FormRuling& form, const Message& message) {
  if (form.course == Course::evaluate) return false;
  judgement.note = form.reason;
  if (form.course == Course::reject) {
    judgement.events.push_back(form_event(message, judgement.author, form.reason));
    judgement.action = Action::reject;
    if (form.tells_why) judgement.reply = reject_reply(form.reason);
    judgement.disposition = Policy::reject;
  }
  return true;
}

void adopt(Judgement& judgement, Assessment assessment) {
  judgement.verdicts = std::move(assessment.verdicts);
  judgement.result = assessment.result;
  judgement.policy = assessment.policy;
  judgement.reason = std::move(assessment.reason);
}

void adopt(Judgement& judgement, Disposition disposition) {
  judgement.action = disposition.action;
  judgement.reply = std::move(disposition.reply);
  judgement.hold_reason = std::move(disposition.hold_reason);
  judgement.disposition = disposition.applied;
  judgement.own_limit = disposition.own_limit;
  judgement.arc.spared = disposition.spared_by_arc;
  judgement.note = std::move(disposition.note);
  judgement.overrides = std::move(disposition.overrides);
}

void adopt(Judgement& judgement, ArcFinding finding) {
  judgement.arc = std::move(finding.arc);
  append(judgement.events, std::move(finding.events));
}

bool is_let_in(const Judgement& judgement) {
  return judgement.action == Action::accept || judgement.action == Action::proceed;
}

/// A message that is refused has no recipients to be added to.
void copy_failure(Judgement& judgement, const Settings& settings) {
  const bool enforceable =
      judgement.result == Result::fail && judgement.policy.value_or(Policy::none) != Policy::none;
  if (enforceable && is_let_in(judgement) && !settings.copy_failures_to.empty())
    judgement.copy_to = settings.copy_failures_to;
}

void list_fields(Authentication& authentication, const Claims& claims) {
  for (const BelievedField& field : claims.trusted.fields) {
    const auto& discounted = claims.upstream_dkim.discounted;
    const auto found = std::ranges::find(discounted, field.index, &UpstreamDkim::Discounted::index);
    authentication.fields.push_back({field.index, field.authserv_id, true,
                                     found == discounted.end() ? field.left_out : found->reason});
  }
  for (const DoubtedField& field : claims.trusted.doubted)
    authentication.fields.push_back({field.index, field.authserv_id, false, field.reason});
}

/// Once more, with what our own check has found of the signatures that the results are about.
void settle_upstream_dkim(Evidence& evidence, const Message& message, const Settings& settings) {
  Claims& claims = evidence.claims;
  if (claims.dkim_source != DkimSource::matched || !evidence.dkim) return;
  claims.upstream_dkim =
      read_upstream_dkim(message, claims.trusted, claims.dkim_source, settings, &*evidence.dkim);
  keep_nearest(claims.upstream_dkim.signatures, claims.form.domains);
}

void authenticate_by_dkim(Authentication& authentication, const Claims& claims,
                          std::optional<dkim::Result>& own, const Settings& settings) {
  if (claims.dkim_source == DkimSource::own) {
    if (!own) return;
    authentication.dkim = signatures_of(*own);
    keep_nearest(authentication.dkim, claims.form.domains);
    authentication.own_dkim = std::move(own);
    return;
  }
  authentication.dkim = claims.upstream_dkim.signatures;
  confirm_temporary_errors(authentication.dkim, own ? &*own : nullptr);
  authentication.unsigned_here = claims.dkim_source == DkimSource::nothing &&
                                 settings.dkim_self_validate == SelfValidate::always;
}

void authenticate(Judgement& judgement, const Message& message, Evidence& evidence,
                  const Settings& settings) {
  const Claims& claims = evidence.claims;
  Authentication& authentication = judgement.authentication;
  list_fields(authentication, claims);
  authenticate_by_dkim(authentication, claims, evidence.dkim, settings);
  if (claims.form.domains.empty()) return;
  if (auto event = identity_event(message)) judgement.events.push_back(*std::move(event));
  SpfFinding spf = find_spf(message, settings, claims.trusted.of_method("spf"),
                            evidence.spf ? &*evidence.spf : nullptr);
  authentication.spf_source = spf.source;
  authentication.spf = std::move(spf.input);
  authentication.spf_result = spf.result;
  authentication.spf_scope = spf.scope;
  if (claims.wants_own_spf) authentication.own_spf = std::move(evidence.spf);
}

/// An identity stands for the signing domain under relaxed alignment alone, and below the public
/// suffixes.
bool can_stand_for(const Authentication::Dkim& signature, const Discovery& policy) {
  const Record* const record = policy.record();
  if (!signature.relaxed_only || record == nullptr) return true;
  return record->adkim == AlignmentMode::relaxed && record->psd != PublicSuffixFlag::yes;
}

/// Each author domain with those results.
std::vector<Verdict> evaluate_authors(const Evidence& evidence,
                                      const Authentication& authentication) {
  std::vector<Verdict> verdicts;
  for (const Discovery& policy : evidence.policies) {
    std::vector<DkimInput> dkim;
    for (const Authentication::Dkim& signature : authentication.dkim)
      if (can_stand_for(signature, policy)) dkim.push_back(signature.input);
    verdicts.push_back(evaluate({policy.author, authentication.spf, std::move(dkim)}, policy));
  }
  return verdicts;
}

void log_own_spf(Judgement& judgement, const Message& message) {
  const auto& own = judgement.authentication.own_spf;
  if (own) judgement.events.push_back(spf_event(message, *own));
}

/// Forged fields that stay in the message could be believed by others, so it can't be said to be
/// in order. True when that changes something.
bool note_left_behind(Judgement& judgement, FormRuling& form, const Message& message,
                      std::size_t left_behind) {
  if (left_behind == 0) return false;
  form.incomplete = true;
  if (form.problem.empty()) form.problem = "too many forged Authentication-Results fields";
  judgement.events.push_back(
      log::make<log::Id::too_many_auth_results>(message.job_id, left_behind));
  return true;
}

void log_discounted(Judgement& judgement, const Message& message, const UpstreamDkim& upstream) {
  constexpr std::size_t max_lines = 3;  // as for other fields that don't count
  const std::span fields(upstream.discounted);
  for (const auto& field : fields.first(std::min(fields.size(), max_lines)))
    judgement.events.push_back(log::make<log::Id::doubted_dkim>(
        message.job_id, std::to_string(field.index) + " from " + field.authserv_id, field.reason));
}

/// Inserted one after the other at the top, so the software field ends up above the results.
void insert_fields(Judgement& judgement, const Message& message, const Settings& settings,
                   const std::string& author_domain) {
  const std::string id = authserv_id_for(message, settings);
  const auto& own_spf = judgement.authentication.own_spf;
  const bool let_in = is_let_in(judgement);
  if (let_in && judgement.arc.verified)
    judgement.insertions.push_back(arc_field(id, judgement.arc));
  if (let_in && judgement.authentication.own_dkim)
    judgement.insertions.push_back(dkim_field(id, judgement.authentication.own_dkim->signatures));
  if (let_in && judgement.authentication.unsigned_here)
    judgement.insertions.push_back(dkim_field(id, {}));
  if (own_spf) judgement.insertions.push_back(spf_field(id, *own_spf));
  if (let_in) {
    judgement.insertions.push_back(
        dmarc_field(id, {judgement.result, author_domain, judgement.policy, judgement.disposition,
                         judgement.result == Result::none ? "" : judgement.reason}));
  }
  if (settings.software_header) {
    judgement.insertions.push_back(software_field(message, settings));
  }
}

void remove_fields(Judgement& judgement, const Message& message) {
  if (!is_let_in(judgement)) return;
  judgement.removals = judgement.authentication.removals;
  append(judgement.events, removal_events(message, judgement.removals));
}

}  // namespace

Judgement judge(const Message& message, Evidence evidence, const Settings& settings) {
  Judgement judgement;
  log_implicit_id(judgement, message, settings);

  Claims& claims = evidence.claims;
  FormRuling& form = claims.form;
  judgement.author = std::move(claims.author);
  append(judgement.events, std::move(form.events));
  if (settle_by_form(judgement, form, message)) return judgement;

  append(judgement.events, std::move(claims.trusted.events));
  settle_upstream_dkim(evidence, message, settings);
  log_discounted(judgement, message, claims.upstream_dkim);
  authenticate(judgement, message, evidence, settings);
  log_own_spf(judgement, message);
  adopt(judgement, read_arc(message, settings, claims.trusted,
                            evidence.arc ? &*evidence.arc : nullptr, evidence.policies));

  Assessment assessment = assess(evaluate_authors(evidence, judgement.authentication), form);
  Removals removals = find_removals(claims, judgement, assessment, settings);
  if (note_left_behind(judgement, form, message, removals.left_behind))
    assessment = assess(std::move(assessment.verdicts), form);
  judgement.authentication.removals = std::move(removals.fields);
  adopt(judgement, dispose(assessment, form, settings, judgement.arc));
  adopt(judgement, std::move(assessment));
  copy_failure(judgement, settings);

  const std::string domain = shown_domain(judgement);
  append(judgement.events, dkim_events(message, judgement, claims.trusted));
  append(judgement.events, spf_disagreements(message, judgement, claims.trusted));
  if (claims.wants_own_arc)
    append(judgement.events, arc_disagreements(message, judgement, claims.trusted));
  append(judgement.events, result_events(message, judgement, domain));
  insert_fields(judgement, message, settings, domain);
  remove_fields(judgement, message);
  return judgement;
}

}  // namespace dmarc::policy
