#include "ctl/explain/explanation.h"

#include "base/ascii.h"
#include "ctl/explain/spf_view.h"
#include "ctl/explain/verdict_view.h"

namespace dmarc::ctl {
namespace {

// A From field may be long; its start shows what it is.
constexpr std::size_t max_field_shown = 500;

std::string_view action_word(policy::Action action) {
  switch (action) {
    case policy::Action::accept:
      return "accept";
    case policy::Action::proceed:
      return "continue";
    case policy::Action::reject:
      return "reject";
    case policy::Action::tempfail:
      return "tempfail";
  }
  return "";
}

std::string_view source_text(policy::Authentication::SpfSource source) {
  using Source = policy::Authentication::SpfSource;
  switch (source) {
    case Source::none:
      return "nothing";
    case Source::auth_results:
      return "a trusted Authentication-Results field";
    case Source::received_spf:
      return "the topmost Received-SPF field";
    case Source::own:
      return "our own check";
  }
  return "";
}

std::string names(const std::vector<dns::Name>& domains) {
  std::string text;
  for (const dns::Name& name : domains)
    text += (text.empty() ? "" : ", ") + name.text();
  return text.empty() ? "none" : text;
}

std::string sender_text(const mail::ReversePath& sender) {
  std::string text = "<" + base::printable(sender.text) + ">";
  switch (sender.kind) {
    case mail::ReversePath::Kind::null:
      return text + " (null reverse-path)";
    case mail::ReversePath::Kind::mailbox:
      return text;
    case mail::ReversePath::Kind::literal:
      return text + " (at an address: no domain)";
    case mail::ReversePath::Kind::invalid:
      return text + " (invalid: " + sender.detail + ")";
  }
  return text;
}

Outline envelope_outline(const Explanation& explanation) {
  const policy::Message& message = explanation.message;
  Outline outline("envelope");
  outline.add("client: " + base::printable(message.client_name) + " [" +
              (message.client ? message.client->text() : "unknown") + "]");
  outline.add("HELO", message.helo);
  outline.add("MAIL FROM: " + sender_text(message.sender));
  if (explanation.client_ignored)
    outline.add(
        "the client is in IgnoreHosts: the daemon would accept its mail without judging it");
  return outline;
}

Outline author_outline(const Explanation& explanation) {
  const mail::Author& author = explanation.judgement.author;
  Outline outline("author");
  for (const mail::HeaderField* field : mail::fields_named(explanation.message.header, "From"))
    outline.add("From: " + base::printable(mail::shown_value(*field), max_field_shown));
  if (author.is_clean()) {
    outline.add("author domain: " + names(author.domains));
    return outline;
  }
  outline.add("not clean: " + std::string(mail::describe(*author.defect)))
      .add(base::printable(author.detail, max_field_shown));
  if (author.is_recovered()) {
    outline.add("author domain: " + names(author.domains) + ", as every reader sees it");
    return outline;
  }
  outline.add("domains that a reader could take for the author's: " + names(author.visible));
  return outline;
}

std::string use_text(const FieldUse& use) {
  std::string text = "field " + std::to_string(use.index);
  text += use.authserv_id.empty() ? " without an authserv-id"
                                  : " from " + base::printable(use.authserv_id);
  if (use.removed)
    return text + ": removed" +
           (use.problem.empty() ? ", because it contradicts what was found" : ": " + use.problem);
  if (!use.trusted) return text + ": ignored, because that name is not trusted";
  if (!use.problem.empty()) return text + ": does not count: " + use.problem;
  return text + ": trusted";
}

Outline authentication_outline(const Explanation& explanation) {
  const policy::Authentication& authentication = explanation.judgement.authentication;
  Outline outline("authentication results");
  for (const FieldUse& use : explanation.fields)
    outline.add(use_text(use));
  Outline& spf =
      outline.add("SPF taken from " + std::string(source_text(authentication.spf_source)));
  if (authentication.spf)
    spf.add(authentication.spf->domain.text() + ": " +
            std::string(to_string(authentication.spf->outcome)));
  if (authentication.own_spf) spf.add(spf_outline(*authentication.own_spf));
  for (const auto& dkim : authentication.dkim) {
    const std::string selector = dkim.input.selector.empty()
                                     ? ""
                                     : " (selector " + base::printable(dkim.input.selector) + ")";
    outline.add("DKIM " + dkim.input.domain.text() + selector + ": " +
                std::string(mail::to_string(dkim.result)));
  }
  if (authentication.dkim.empty()) outline.add("DKIM: no result");
  for (const SignatureReport& report : explanation.signatures)
    outline.add(outline_of(report));
  const policy::Arc& arc = explanation.judgement.arc;
  if (arc.verified && !arc.passed)
    outline.add("ARC: failed: " + arc.problem);
  else if (arc.passed)
    outline.add(!arc.verified     ? "ARC: passed, as a trusted field says; excuses nothing"
                : arc.whitelisted ? "ARC: passed, all sealers are in DomainWhitelist, and the "
                                    "first found the author authenticated"
                                  : "ARC: passed, excuses nothing");
  return outline;
}

Outline outcome_outline(const policy::Judgement& judgement) {
  Outline outline("outcome: dmarc=" + std::string(to_string(judgement.result)));
  outline.add("disposition: " + std::string(to_string(judgement.disposition)));
  if (!judgement.note.empty()) outline.add("note", judgement.note);
  outline.add("answer to the MTA: " + std::string(action_word(judgement.action)));
  if (judgement.reply)
    outline.add("SMTP reply: " + std::to_string(judgement.reply->code) + " " +
                judgement.reply->enhanced + " " + base::printable(judgement.reply->text, 1000));
  if (judgement.hold_reason) outline.add("put on hold", *judgement.hold_reason);
  for (const policy::Removal& removal : judgement.removals)
    outline.add("remove Authentication-Results field " + std::to_string(removal.index));
  for (const policy::InsertedField& field : judgement.insertions)
    outline.add("insert " + field.name, field.value);
  return outline;
}

base::Json envelope_json(const Explanation& explanation) {
  const policy::Message& message = explanation.message;
  return base::Json::object()
      .set("client_address", message.client ? base::Json(message.client->text()) : base::Json())
      .set("client_name", message.client_name)
      .set("helo", message.helo)
      .set("mail_from", message.sender.text)
      .set("mail_from_domain", json_or_null(message.sender.domain))
      .set("ignored_host", explanation.client_ignored);
}

base::Json author_json(const mail::Author& author) {
  auto domains = base::Json::array();
  for (const dns::Name& name : author.visible)
    domains.push(name.text());
  return base::Json::object()
      .set("clean", author.is_clean())
      .set("recovered", author.is_recovered())
      .set("domains", std::move(domains))
      .set("defect", author.defect ? base::Json(mail::describe(*author.defect)) : base::Json())
      .set("detail", author.detail);
}

base::Json authentication_json(const Explanation& explanation) {
  const policy::Authentication& authentication = explanation.judgement.authentication;
  auto fields = base::Json::array();
  for (const FieldUse& use : explanation.fields)
    fields.push(base::Json::object()
                    .set("index", use.index)
                    .set("authserv_id", use.authserv_id)
                    .set("trusted", use.trusted)
                    .set("removed", use.removed)
                    .set("problem", use.problem));
  auto dkim = base::Json::array();
  for (const auto& signature : authentication.dkim)
    dkim.push(base::Json::object()
                  .set("domain", signature.input.domain.text())
                  .set("selector", signature.input.selector)
                  .set("result", mail::to_string(signature.result)));
  auto signatures = base::Json::array();
  for (const SignatureReport& report : explanation.signatures)
    signatures.push(json_of(report));
  return base::Json::object()
      .set("fields", std::move(fields))
      .set("spf_source", source_text(authentication.spf_source))
      .set("spf_domain",
           authentication.spf ? base::Json(authentication.spf->domain.text()) : base::Json())
      .set("spf_outcome",
           authentication.spf ? base::Json(to_string(authentication.spf->outcome)) : base::Json())
      .set("own_spf", authentication.own_spf ? json_of(*authentication.own_spf) : base::Json())
      .set("dkim", std::move(dkim))
      .set("signatures", std::move(signatures));
}

base::Json outcome_json(const policy::Judgement& judgement) {
  auto insertions = base::Json::array();
  for (const policy::InsertedField& field : judgement.insertions)
    insertions.push(base::Json::object().set("name", field.name).set("value", field.value));
  auto removals = base::Json::array();
  for (const policy::Removal& removal : judgement.removals)
    removals.push(removal.index);
  const auto reply = [&]() -> base::Json {
    if (!judgement.reply) return {};
    return std::to_string(judgement.reply->code) + " " + judgement.reply->enhanced + " " +
           judgement.reply->text;
  };
  return base::Json::object()
      .set("result", to_string(judgement.result))
      .set("policy", judgement.policy ? base::Json(to_string(*judgement.policy)) : base::Json())
      .set("disposition", to_string(judgement.disposition))
      .set("note", judgement.note)
      .set("action", action_word(judgement.action))
      .set("reply", reply())
      .set("hold_reason", judgement.hold_reason ? base::Json(*judgement.hold_reason) : base::Json())
      .set("removed_fields", std::move(removals))
      .set("inserted_fields", std::move(insertions));
}

}  // namespace

Outline outline_of(const Explanation& explanation) {
  Outline outline("message");
  outline.add(envelope_outline(explanation));
  outline.add(author_outline(explanation));
  outline.add(authentication_outline(explanation));
  for (const Verdict& verdict : explanation.judgement.verdicts)
    outline.add(verdict_outline(verdict));
  outline.add(outcome_outline(explanation.judgement));
  Outline& log = outline.add("log lines");
  for (const log::Event& event : explanation.judgement.events)
    log.add(event.text());
  outline.add(lookups_outline(explanation.lookups));
  return outline;
}

base::Json json_of(const Explanation& explanation) {
  auto verdicts = base::Json::array();
  for (const Verdict& verdict : explanation.judgement.verdicts)
    verdicts.push(json_of(verdict));
  auto log = base::Json::array();
  for (const log::Event& event : explanation.judgement.events)
    log.push(event.text());
  return base::Json::object()
      .set("envelope", envelope_json(explanation))
      .set("author", author_json(explanation.judgement.author))
      .set("authentication", authentication_json(explanation))
      .set("verdicts", std::move(verdicts))
      .set("outcome", outcome_json(explanation.judgement))
      .set("log", std::move(log))
      .set("lookups", json_of(explanation.lookups));
}

}  // namespace dmarc::ctl
