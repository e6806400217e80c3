#include "history/record.h"

#include <algorithm>
#include <functional>

#include <dmarc/domain_name.h>
#include <dmarc/ip_address.h>
#include <dmarc/reverse_path.h>

#include "base/ascii.h"
#include "base/json.h"
#include "dkim/fault.h"
#include "history/entry.h"
#include "mail/auth_results.h"

namespace dmarc::history {
namespace {

using policy::Authentication;
using policy::Judgement;
using policy::Message;

// The most that is looked at of a To field; OpenDMARC reads 2,047 octets.
constexpr std::size_t max_to_field = 64 * 1024;

PolicyCode verdict_code(const Verdict& verdict) {
  if (!verdict.record) return PolicyCode::no_record;
  if (verdict.result == Result::pass) return PolicyCode::pass;
  switch (verdict.policy.value_or(Policy::none)) {
    case Policy::reject:
      return PolicyCode::reject;
    case Policy::quarantine:
      return PolicyCode::quarantine;
    case Policy::none:
      break;
  }
  return PolicyCode::none;
}

ActionCode action_code(const Judgement& judgement) {
  switch (judgement.action) {
    case policy::Action::reject:
      return ActionCode::reject;
    case policy::Action::tempfail:
      return ActionCode::tempfail;
    case policy::Action::accept:
    case policy::Action::proceed:
      break;
  }
  return judgement.hold_reason ? ActionCode::quarantine : ActionCode::accept;
}

SpfScope spf_scope(const Authentication& authentication) {
  if (authentication.spf_source == Authentication::SpfSource::none) return SpfScope::none;
  return authentication.spf_scope == spf::Scope::helo ? SpfScope::helo : SpfScope::mailfrom;
}

AuthCode auth_code(mail::ResultWord word) {
  switch (word) {
    case mail::ResultWord::none:
      return AuthCode::none;
    case mail::ResultWord::pass:
      return AuthCode::pass;
    case mail::ResultWord::fail:
      return AuthCode::fail;
    case mail::ResultWord::softfail:
      return AuthCode::softfail;
    case mail::ResultWord::neutral:
      return AuthCode::neutral;
    case mail::ResultWord::policy:
      return AuthCode::policy;
    case mail::ResultWord::temperror:
      return AuthCode::temperror;
    case mail::ResultWord::permerror:
      return AuthCode::permerror;
    case mail::ResultWord::nxdomain:
      return AuthCode::nxdomain;
    case mail::ResultWord::signed_:
      return AuthCode::signed_;
    case mail::ResultWord::unknown:
      return AuthCode::unknown;
    case mail::ResultWord::discard:
      return AuthCode::discard;
    case mail::ResultWord::other:
      break;
  }
  return AuthCode::undefined;
}

AlignCode align_code(const Verdict& verdict, bool is_aligned) {
  if (!verdict.record) return AlignCode::not_evaluated;
  return is_aligned ? AlignCode::aligned : AlignCode::not_aligned;
}

class Lines {
 public:
  Lines& add(std::string_view key, std::string_view value) {
    text_.append(key).append(1, ' ').append(value).append(1, '\n');
    return *this;
  }
  Lines& add(std::string_view key, std::int64_t value) { return add(key, std::to_string(value)); }
  /// A number, and behind it what OpenDMARC's importers skip.
  Lines& add(std::string_view key, int code, std::string_view more) {
    return add(key, more.empty() ? std::to_string(code)
                                 : std::to_string(code).append(1, ' ').append(more));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// One word of a line, in at most `limit` octets: never empty, never with a blank in it. Of a
/// longer one the end is replaced by a number, so that two that differ there stay different.
std::string word(std::string_view text, std::size_t limit) {
  std::string result = base::printable(text, text.size());
  std::replace(result.begin(), result.end(), ' ', '_');
  if (result.size() > limit) {
    const std::string number = "~" + std::to_string(std::hash<std::string_view>{}(text));
    result.replace(limit - number.size(), std::string::npos, number);
  }
  return result.empty() ? "-" : result;
}

/// Details that a record is written without, in words.
class LeftOut {
 public:
  static constexpr std::size_t max_told = 5;

  void add(std::string_view what) {
    if (++count_ > max_told) return;
    if (!text_.empty()) text_ += "; ";
    text_ += what;
  }
  std::string take() {
    if (count_ > max_told) text_ += "; and " + std::to_string(count_ - max_told) + " more";
    return std::move(text_);
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

/// What RFC 9990 reports of a policy and OpenDMARC has no line for: words "name=value".
std::string publication(const Verdict& verdict) {
  if (!verdict.record) return {};
  const Record& record = *verdict.record;
  std::string words = "discovery=";
  words += verdict.discovery == DiscoveryMethod::psl ? "psl" : "treewalk";
  words.append(" testing=").append(record.testing ? "y" : "n");
  words.append(" psd=").append(to_string(record.psd));
  if (record.np) words.append(" np=").append(to_string(*record.np));
  if (verdict.policy) words.append(" requested=").append(to_string(*verdict.policy));
  return words;
}

void add_authentication(Lines& lines, const Authentication& authentication, LeftOut& left_out) {
  for (const Authentication::Dkim& signature : authentication.dkim) {
    const std::string& domain = signature.input.domain.text();
    std::string_view selector = signature.input.selector;
    if (!selector.empty() && !is_word(selector, max_selector)) {
      left_out.add("a selector of " + domain);
      selector = {};
    }
    lines.add("dkim", domain + " " + (selector.empty() ? "-" : std::string(selector)) + " " +
                          std::to_string(code(auth_code(signature.result))));
  }
  lines.add("spf", code(authentication.spf_result ? auth_code(*authentication.spf_result)
                                                  : AuthCode::undefined));
}

/// Nobody but HELO answers for a message without a sender.
std::string helo_of(const Message& message) {
  if (message.sender.domain) return {};
  const auto name = dns::Name::parse(message.helo);
  return name && name->is_hostname() ? "helo=" + name->text() : "";
}

/// Why each signature, in their order, is not a pass: "- body_hash". Empty when nothing is known.
std::string faults(const Authentication& authentication) {
  std::string words;
  bool any = false;
  for (const Authentication::Dkim& signature : authentication.dkim) {
    const bool has_fault = signature.fault != dkim::Fault::none;
    any = any || has_fault;
    if (!words.empty()) words += ' ';
    words += has_fault ? dkim::name_of(signature.fault) : "-";
  }
  return any ? words : "";
}

/// "json:[{"i":1,"d":"relay.example","s":"arc","ip":"192.0.2.1"}]". A selector that is not a name
/// and a client without an address are empty.
std::string arc_sets(const policy::Arc& arc, LeftOut& left_out) {
  base::Json sets = base::Json::array();
  for (const policy::Arc::Set& set : arc.sets) {
    const auto selector = dns::Name::parse(set.selector);
    const auto client = base::IpAddress::parse(set.client_ip);
    const std::string instance = std::to_string(set.instance);
    if (!selector) left_out.add("the selector of ARC set " + instance);
    if (!client && !set.client_ip.empty()) left_out.add("the client of ARC set " + instance);
    sets.push(base::Json::object()
                  .set("i", set.instance)
                  .set("d", set.domain.text())
                  .set("s", selector ? selector->text() : "")
                  .set("ip", client ? client->text() : ""));
  }
  return "json:" + sets.line();
}

void add_rua(Lines& lines, const std::vector<std::string>& uris, LeftOut& left_out) {
  bool any = false;
  for (const std::string& uri : uris) {
    if (is_word(uri, max_uri)) {
      lines.add("rua", uri);
      any = true;
    } else {
      left_out.add("a rua address of " + std::to_string(uri.size()) + " octets");
    }
  }
  if (!any) lines.add("rua", "-");
}

void add_policy(Lines& lines, const Verdict& verdict, const Authentication& authentication,
                LeftOut& left_out) {
  lines.add("pdomain", verdict.policy_domain.value_or(verdict.author).text());
  lines.add("policy", code(verdict_code(verdict)), publication(verdict));
  const Record none;
  const Record& record = verdict.record ? *verdict.record : none;
  add_rua(lines, record.rua, left_out);
  // RFC 9989 has no pct any more (section 9.3), but importers have a column for it: all messages.
  lines.add("pct", verdict.record ? 100 : 0);
  lines.add("adkim", verdict.record ? code(record.adkim) : 0);
  lines.add("aspf", verdict.record ? code(record.aspf) : 0);
  lines.add("p", code(record.p));
  lines.add("sp", code(record.sp));
  lines.add("fo", record.ruf.empty() ? 0 : code(record.fo));
  lines.add("align_dkim", code(align_code(verdict, verdict.dkim_aligned)), faults(authentication));
  lines.add("align_spf", code(align_code(verdict, verdict.spf_aligned)));
}

/// True when the first To field names an ignored recipient: OpenDMARC looks at that field alone.
bool names_ignored_recipient(const Message& message, const Settings& settings) {
  if (settings.ignore_mail_to.empty()) return false;
  const auto to = mail::fields_named(message.header, "To");
  if (to.empty()) return false;
  std::string text(to.front()->value.substr(0, max_to_field));
  std::replace(text.begin(), text.end(), ';', ',');
  for (std::string_view part : base::split(text, ',')) {
    if (const std::size_t bracket = part.rfind('<'); bracket != std::string_view::npos) {
      part = part.substr(bracket + 1, part.find('>', bracket) - bracket - 1);
    }
    if (is_ignored_recipient(base::trim(part), settings)) return true;
  }
  return false;
}

/// An aggregate report by its subject (RFC 9990 section 3.5.2). Reports on reports would go to and
/// fro between two receivers for ever.
bool is_report_mail(const Message& message) {
  const auto subjects = mail::fields_named(message.header, "Subject");
  if (subjects.size() != 1) return false;
  const std::vector<std::string_view> words = base::words(subjects.front()->value);
  return words.size() >= 6 && words[0] == "Report" && words[1] == "Domain:" &&
         words[3] == "Submitter:" && words[5].starts_with("Report-ID:");
}

}  // namespace

bool is_ignored_recipient(std::string_view address, const Settings& settings) {
  return std::ranges::any_of(settings.ignore_mail_to, [&](const std::string& ignored) {
    return base::iequals(ignored, address);
  });
}

bool belongs_in_history(const Message& message, const Judgement& judgement,
                        const Settings& settings) {
  if (judgement.verdicts.empty()) return false;
  if (judgement.result != Result::pass && judgement.result != Result::fail &&
      judgement.result != Result::none) {
    return false;
  }
  if (!judgement.verdicts.front().record && !settings.record_all) return false;
  // Only what is genuine: a forger must not keep his mail out of the reports by a subject.
  if (judgement.result == Result::pass && is_report_mail(message)) return false;
  return !names_ignored_recipient(message, settings);
}

RecordText record_of(const Message& message, const Judgement& judgement, std::int64_t received,
                     std::string_view host_name) {
  const Verdict& verdict = judgement.verdicts.front();
  Lines lines;
  LeftOut left_out;
  lines.add("job", word(message.job_id, max_job));
  lines.add("reporter",
            word(message.mta_name.empty() ? host_name : message.mta_name, max_reporter));
  lines.add("received", received);
  lines.add("ipaddr", message.client ? message.client->text() : "-");
  lines.add("from", verdict.author.text());
  lines.add("mfrom", message.sender.domain ? message.sender.domain->text() : "");
  add_authentication(lines, judgement.authentication, left_out);
  lines.add("spf_scope", code(spf_scope(judgement.authentication)), helo_of(message));
  add_policy(lines, verdict, judgement.authentication, left_out);
  lines.add("arc", code(judgement.arc.passed ? AuthCode::pass : AuthCode::fail));
  lines.add("arc_policy",
            code(judgement.arc.whitelisted ? ArcPolicyCode::pass : ArcPolicyCode::fail),
            arc_sets(judgement.arc, left_out));
  lines.add("action", code(action_code(judgement)), to_text(judgement.overrides));
  return {lines.take(), left_out.take()};
}

}  // namespace dmarc::history
