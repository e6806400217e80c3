#include "policy/log_lines.h"

#include <algorithm>

#include "policy/authentication.h"

namespace dmarc::policy {
namespace {

/// A sender can forge thousands of fields in one message; so many lines are enough to see it.
constexpr std::size_t max_removal_lines = 5;

std::string_view describe(Authentication::SpfSource source) {
  switch (source) {
    case Authentication::SpfSource::none:
      break;
    case Authentication::SpfSource::auth_results:
      return " by Authentication-Results";
    case Authentication::SpfSource::received_spf:
      return " by Received-SPF";
    case Authentication::SpfSource::own:
      return " by own check";
  }
  return "";
}

std::string_view describe(MethodOutcome outcome) {
  switch (outcome) {
    case MethodOutcome::pass:
      return "pass";
    case MethodOutcome::temperror:
      return "temperror";
    case MethodOutcome::other:
      break;
  }
  return "no pass";
}

/// "p=reject of example.com (sp, testing)", or "no policy".
std::string describe_policy(const Verdict& verdict) {
  if (!verdict.policy) return "no policy";
  std::string text = "p=" + std::string(to_string(*verdict.policy));
  if (verdict.policy_domain) text += " of " + verdict.policy_domain->text();
  if (!verdict.record) return text;
  text += " (" + std::string(to_string(verdict.policy_source));
  return text + (verdict.record->testing ? ", testing)" : ")");
}

std::string describe_identifier(const Identifier& identifier, Authentication::SpfSource source) {
  const bool is_spf = identifier.method == Method::spf;
  std::string text = is_spf ? "; SPF" : "; DKIM";
  if (is_spf) text += describe(source);
  text += ": " + identifier.domain.text() + " " + std::string(describe(identifier.outcome));
  if (identifier.alignment == AlignmentOutcome::not_needed) return text;
  text +=
      identifier.mode == AlignmentMode::strict ? ", strict alignment: " : ", relaxed alignment: ";
  text += to_string(identifier.alignment);
  if (identifier.organizational_domain) {
    text += " (organization " + identifier.organizational_domain->text() + ")";
  }
  return text;
}

std::string describe_client(const Message& message) {
  const std::string address = message.client ? message.client->text() : "unknown";
  return message.client_name.empty() ? "[" + address + "]"
                                     : message.client_name + " [" + address + "]";
}

/// The clauses that a long line must not lose come first.
std::string explain(const Message& message, const Judgement& judgement) {
  std::string text(to_string(judgement.result));
  if (!judgement.reason.empty()) text += ": " + judgement.reason;
  if (!judgement.verdicts.empty()) text += "; " + describe_policy(judgement.verdicts.front());
  text += "; disposition " + std::string(to_string(judgement.disposition));
  if (!judgement.note.empty()) text += " (" + judgement.note + ")";
  text += "; client " + describe_client(message);
  if (judgement.verdicts.empty()) return text;
  const Verdict& verdict = judgement.verdicts.front();
  if (verdict.organizational_domain) {
    text += "; author's organization " + verdict.organizational_domain->text();
  }
  if (verdict.identifiers.empty()) text += "; nothing authenticated";
  for (const Identifier& identifier : verdict.identifiers) {
    text += describe_identifier(identifier, judgement.authentication.spf_source);
  }
  return text;
}

}  // namespace

log::Event spf_event(const Message& message, const spf::Result& result) {
  const bool helo = result.scope == spf::Scope::helo;
  const std::string& given = helo ? message.helo : message.sender.text;
  const std::string& domain = result.domain ? result.domain->text() : given;
  const std::string_view word = to_string(result.code);
  return helo ? log::make<log::Id::spf_helo>(message.job_id, domain, word)
              : log::make<log::Id::spf_mailfrom>(message.job_id, domain, word);
}

std::optional<log::Event> identity_event(const Message& message) {
  using Kind = mail::ReversePath::Kind;
  const mail::ReversePath& sender = message.sender;
  if (spf_identity(message)) return std::nullopt;
  if (sender.kind == Kind::null)
    return log::make<log::Id::no_spf_identity>(message.job_id, "HELO " + message.helo,
                                               "it is not a host name");
  return log::make<log::Id::no_spf_identity>(
      message.job_id, "MAIL FROM <" + sender.text + ">",
      sender.kind == Kind::literal ? "an address literal" : sender.detail);
}

std::vector<log::Event> removal_events(const Message& message,
                                       const std::vector<Removal>& removals) {
  std::vector<log::Event> events;
  const std::size_t shown = std::min(removals.size(), max_removal_lines);
  for (std::size_t i = 0; i < shown; ++i) {
    events.push_back(log::make<log::Id::removed_auth_results>(message.job_id, removals[i].index,
                                                              removals[i].authserv_id));
  }
  if (shown < removals.size()) {
    events.push_back(
        log::make<log::Id::removed_more_auth_results>(message.job_id, removals.size() - shown));
  }
  return events;
}

std::vector<log::Event> result_events(const Message& message, const Judgement& judgement,
                                      std::string_view domain) {
  std::vector<log::Event> events;
  if (judgement.result == Result::fail && judgement.arc.passed) {
    if (judgement.arc.spared) events.push_back(log::make<log::Id::arc_override>(message.job_id));
    if (!judgement.arc.whitelisted && judgement.disposition != Policy::none)
      events.push_back(log::make<log::Id::arc_no_override>(message.job_id));
  }
  events.push_back(log::make<log::Id::result>(message.job_id, domain.empty() ? "(none)" : domain,
                                              to_string(judgement.result)));
  if (judgement.result != Result::pass && judgement.result != Result::none) {
    events.push_back(log::make<log::Id::detail>(message.job_id, explain(message, judgement)));
  }
  return events;
}

}  // namespace dmarc::policy
