#include "policy/log_lines.h"

#include <algorithm>

#include "base/ascii.h"
#include "policy/authentication.h"

namespace dmarc::policy {
namespace {

/// A sender can forge thousands of fields in one message; so many lines are enough to see it.
constexpr std::size_t max_removal_lines = 5;

constexpr std::size_t max_dkim_lines = 5;

/// Of one method.
constexpr std::size_t max_disagreement_lines = 3;

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

/// The domain that shares the author's organization, as far as that is known.
bool may_align(const dns::Name& domain, const Judgement& judgement) {
  return std::ranges::any_of(judgement.verdicts, [&](const Verdict& verdict) {
    return domain.is_at_or_below(verdict.organizational_domain.value_or(verdict.author));
  });
}

/// What was found here of the signatures of that domain: that of the first, "none" without one.
mail::ResultWord own_word(const dns::Name& domain, const Authentication& authentication) {
  const auto is_it = [&](const Authentication::Dkim& own) { return own.input.domain == domain; };
  const auto found = std::ranges::find_if(authentication.dkim, is_it);
  return found == authentication.dkim.end() ? mail::ResultWord::none : found->result;
}

/// Calls `use` with each pass of that method in a believed field, until it returns false.
template <typename Use>
void for_each_pass(const TrustedResults& trusted, std::string_view method, Use use) {
  for (const BelievedField& field : trusted.fields)
    for (const mail::MethodResult& result : field.results)
      if (result.method == method && result.result == mail::ResultWord::pass && !use(field, result))
        return;
}

bool passed_here(const dns::Name& domain, const Authentication& authentication) {
  return std::ranges::any_of(authentication.dkim, [&](const Authentication::Dkim& own) {
    return own.input.outcome == MethodOutcome::pass && own.input.domain == domain;
  });
}

/// The word of an SPF result that is not a pass, and why our own check came to it: "permerror (more
/// than 2 void look-ups)".
std::string describe_outcome(const Identifier& identifier, const Authentication& authentication) {
  if (identifier.method != Method::spf || identifier.outcome == MethodOutcome::pass)
    return std::string(describe(identifier.outcome));
  if (const auto& own = authentication.own_spf) {
    const std::string word(to_string(own->code));
    return own->problem.empty() ? word : word + " (" + own->problem + ")";
  }
  return std::string(authentication.spf_result ? to_string(*authentication.spf_result)
                                               : describe(identifier.outcome));
}

std::string describe_identifier(const Identifier& identifier,
                                const Authentication& authentication) {
  const bool is_spf = identifier.method == Method::spf;
  std::string text = is_spf ? "; SPF" : "; DKIM";
  if (is_spf) text += describe(authentication.spf_source);
  text += ": " + identifier.domain.text() + " " + describe_outcome(identifier, authentication);
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

std::string describe_author(const mail::Author& author) {
  if (author.visible.empty()) return "no author domain";
  std::string text = "author ";
  for (std::size_t i = 0; i < std::min(author.visible.size(), mail::Author::max_visible); ++i)
    text += (i == 0 ? "" : ", ") + author.visible[i].text();
  return text;
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
    text += describe_identifier(identifier, judgement.authentication);
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

log::Event form_event(const Message& message, const mail::Author& author, std::string_view reason) {
  return log::make<log::Id::detail>(message.job_id, "rejected: " + std::string(reason) +
                                                        "; client " + describe_client(message) +
                                                        "; " + describe_author(author));
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

std::vector<log::Event> dkim_events(const Message& message, const Judgement& judgement,
                                    const TrustedResults& trusted) {
  const Authentication& authentication = judgement.authentication;
  std::vector<log::Event> events;
  if (!authentication.own_dkim) return events;
  std::size_t failed = 0;
  for (const Authentication::Dkim& own : authentication.dkim) {
    if (own.input.outcome == MethodOutcome::pass || !may_align(own.input.domain, judgement))
      continue;
    if (++failed > max_dkim_lines) break;
    events.push_back(log::make<log::Id::dkim_not_passed>(
        message.job_id,
        own.input.domain.text() + ", selector " + base::printable(own.input.selector, 64),
        std::string(to_string(own.result)) + ": " + own.reason));
  }
  std::size_t disagreeing = 0;
  for (const BelievedField& field : trusted.fields)
    for (const mail::MethodResult& result : field.results) {
      const mail::Property* const d = result.find("header", "d");
      if (result.method != "dkim" || result.result != mail::ResultWord::pass || d == nullptr)
        continue;
      const auto domain = dns::Name::parse(d->value);
      if (!domain || passed_here(*domain, authentication)) continue;
      if (++disagreeing > max_dkim_lines) return events;
      events.push_back(log::make<log::Id::dkim_disagreement>(
          message.job_id, field.authserv_id + " reports dkim=pass for " + domain->text(),
          to_string(own_word(*domain, authentication))));
    }
  return events;
}

std::vector<log::Event> spf_disagreements(const Message& message, const Judgement& judgement,
                                          const TrustedResults& trusted) {
  std::vector<log::Event> events;
  const auto& own = judgement.authentication.own_spf;
  if (!own || !own->domain) return events;
  const std::string_view identity = own->scope == spf::Scope::helo ? "helo" : "mailfrom";
  for_each_pass(trusted, "spf", [&](const BelievedField& field, const mail::MethodResult& result) {
    const auto domain = result.domain("smtp", identity);
    if (!domain || (own->code == spf::Code::pass && *domain == *own->domain)) return true;
    events.push_back(log::make<log::Id::spf_disagreement>(
        message.job_id, field.authserv_id + " reports spf=pass for " + domain->text(),
        std::string(to_string(own->code)) + " for " + own->domain->text()));
    return events.size() < max_disagreement_lines;
  });
  return events;
}

std::vector<log::Event> arc_disagreements(const Message& message, const Judgement& judgement,
                                          const TrustedResults& trusted) {
  std::vector<log::Event> events;
  const Arc& arc = judgement.arc;
  if (arc.passed) return events;
  for_each_pass(trusted, "arc", [&](const BelievedField& field, const mail::MethodResult&) {
    events.push_back(log::make<log::Id::arc_disagreement>(
        message.job_id, field.authserv_id + " reports arc=pass",
        arc.verified ? "fail: " + arc.problem : "none: the message has no ARC fields"));
    return events.size() < max_disagreement_lines;
  });
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
  if (judgement.own_limit)
    events.push_back(log::make<log::Id::own_limit>(
        message.job_id, domain.empty() ? "(none)" : domain,
        judgement.reason.empty() ? "the ARC chain was not verified" : judgement.reason));
  if (judgement.result != Result::pass && judgement.result != Result::none) {
    events.push_back(log::make<log::Id::detail>(message.job_id, explain(message, judgement)));
  }
  return events;
}

}  // namespace dmarc::policy
