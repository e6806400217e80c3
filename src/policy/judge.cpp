#include "policy/judge.h"

#include <iterator>
#include <utility>

#include "policy/arc.h"
#include "policy/assessment.h"
#include "policy/authentication.h"
#include "policy/authserv_ids.h"
#include "policy/disposition.h"
#include "policy/form.h"
#include "policy/log_lines.h"
#include "policy/result_header.h"
#include "policy/trusted_results.h"

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
bool settle_by_form(Judgement& judgement, const FormRuling& form) {
  if (form.course == Course::evaluate) return false;
  judgement.note = form.reason;
  if (form.course == Course::reject) {
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

void authenticate(Judgement& judgement, const Message& message, Evidence& evidence,
                  const Settings& settings) {
  Claims& claims = evidence.claims;
  Authentication& authentication = judgement.authentication;
  authentication.removals = std::move(claims.trusted.removals);
  authentication.dkim = std::move(claims.signatures);
  if (claims.form.domains.empty()) return;
  if (auto event = identity_event(message)) judgement.events.push_back(*std::move(event));
  SpfFinding spf =
      find_spf(message, settings, claims.trusted.spf, evidence.spf ? &*evidence.spf : nullptr);
  authentication.spf_source = spf.source;
  authentication.spf = std::move(spf.input);
  authentication.spf_result = spf.result;
  authentication.spf_scope = spf.scope;
  if (claims.wants_own_spf) authentication.own_spf = std::move(evidence.spf);
}

/// Each author domain with those results.
std::vector<Verdict> evaluate_authors(const Evidence& evidence,
                                      const Authentication& authentication) {
  std::vector<DkimInput> dkim;
  for (const Authentication::Dkim& signature : authentication.dkim)
    dkim.push_back(signature.input);
  std::vector<Verdict> verdicts;
  for (const Discovery& policy : evidence.policies)
    verdicts.push_back(evaluate({policy.author, authentication.spf, dkim}, policy));
  return verdicts;
}

void log_own_spf(Judgement& judgement, const Message& message) {
  const auto& own = judgement.authentication.own_spf;
  if (own) judgement.events.push_back(spf_event(message, *own));
}

/// Forged fields that stay in the message could be believed by others, so it can't be said to be
/// in order.
void note_left_behind(Judgement& judgement, FormRuling& form, const Message& message,
                      std::size_t left_behind) {
  if (left_behind == 0) return;
  form.incomplete = true;
  if (form.problem.empty()) form.problem = "too many forged Authentication-Results fields";
  judgement.events.push_back(
      log::make<log::Id::too_many_auth_results>(message.job_id, left_behind));
}

/// Inserted one after the other at the top, so the software field ends up above the results.
void insert_fields(Judgement& judgement, const Message& message, const Settings& settings,
                   const std::string& author_domain) {
  const std::string id = authserv_id_for(message, settings);
  const auto& own_spf = judgement.authentication.own_spf;
  if (own_spf) judgement.insertions.push_back(spf_field(id, *own_spf));
  if (is_let_in(judgement)) {
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
  if (settle_by_form(judgement, form)) return judgement;

  append(judgement.events, std::move(claims.trusted.events));
  note_left_behind(judgement, form, message, claims.trusted.left_behind);
  authenticate(judgement, message, evidence, settings);
  log_own_spf(judgement, message);
  adopt(judgement, read_arc(message, settings, claims.trusted));

  Assessment assessment = assess(evaluate_authors(evidence, judgement.authentication), form);
  adopt(judgement, dispose(assessment, form, settings, judgement.arc));
  adopt(judgement, std::move(assessment));
  copy_failure(judgement, settings);

  const std::string domain = shown_domain(judgement);
  append(judgement.events, result_events(message, judgement, domain));
  insert_fields(judgement, message, settings, domain);
  remove_fields(judgement, message);
  return judgement;
}

}  // namespace dmarc::policy
