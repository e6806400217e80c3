#include "policy/disposition.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace dmarc::policy {
namespace {

/// smfi_setreply() refuses longer texts.
constexpr std::size_t max_reply_text = 980;

Reply reply(int code, std::string_view enhanced, std::string_view text) {
  Reply made{code, std::string(enhanced), std::string(text.substr(0, max_reply_text))};
  std::ranges::replace_if(
      made.text, [](char c) { return base::is_control(c) || base::is_eight_bit(c); }, '?');
  return made;
}

/// OpenDMARC hands RejectString to printf when it holds "%s", so "%%" stands for "%" there; a "%"
/// before anything else is itself here.
std::string fill_in(std::string_view pattern, std::string_view domain) {
  if (pattern.find("%s") == std::string_view::npos) return std::string(pattern);
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view two = pattern.substr(i, 2);
    if (two == "%s" || two == "%%") ++i;
    if (two == "%s") {
      text += domain;
    } else {
      text += pattern[i];
    }
  }
  return text;
}

std::string policy_domain(const Verdict& verdict) {
  return verdict.policy_domain.value_or(verdict.author).text();
}

Disposition reject(std::string_view text) {
  Disposition disposition;
  disposition.action = Action::reject;
  disposition.reply = reject_reply(text);
  disposition.applied = Policy::reject;
  return disposition;
}

/// To the MTA both mean the same; OpenDMARC accepts mail whose From field it can't judge, and lets
/// other mail that fails proceed.
Disposition let_through(bool doubtful_author, std::string_view note) {
  Disposition disposition;
  disposition.action = doubtful_author ? Action::accept : Action::proceed;
  disposition.note = note;
  disposition.overrides = {{OverrideType::local_policy, std::string(note)}};
  return disposition;
}

Disposition dispose_failure(const Assessment& assessment, bool doubtful_author,
                            const Settings& settings) {
  const std::string domain = policy_domain(assessment.verdicts.front());
  switch (assessment.policy.value_or(Policy::none)) {
    case Policy::none:
      return {};
    case Policy::quarantine: {
      if (!settings.hold_quarantined_messages) {
        return let_through(doubtful_author, "HoldQuarantinedMessages is off");
      }
      Disposition hold;
      hold.hold_reason = "quarantined by DMARC policy for " + domain;
      hold.applied = Policy::quarantine;
      return hold;
    }
    case Policy::reject:
      break;
  }
  if (!settings.reject_failures) return let_through(doubtful_author, "RejectFailures is off");
  return reject(fill_in(settings.reject_string, domain));
}

/// For want of our own means nobody can say what this message deserves; the next attempt may find
/// out (RFC 3463 section 3.4: "System not accepting network messages").
Disposition defer_for_own_limit(const Verdict& verdict) {
  Disposition disposition;
  disposition.action = Action::tempfail;
  disposition.own_limit = true;
  disposition.reply = tempfail_reply("4.3.2", "too busy to check the DMARC policy of " +
                                                  verdict.author.text() + ", try again later");
  return disposition;
}

/// Spares a message what its policy asks for, if its forwarders are trusted.
Disposition excuse(Disposition disposition, const Arc& arc, const Verdict& verdict) {
  const bool harmed = disposition.applied != Policy::none;
  if (harmed && arc.undecided) return defer_for_own_limit(verdict);
  if (!harmed || !arc.whitelisted) return disposition;
  Disposition excused;
  excused.spared_by_arc = true;
  excused.note = "ARC chain passed, all sealers are in DomainWhitelist";
  excused.overrides = {
      {OverrideType::local_policy, "arc=pass, all sealers are in DomainWhitelist"}};
  return excused;
}

/// An invalid sp or np makes the record ask for less than its valid tags say (RFC 9989 section
/// 4.10.1 "DMARC Policy Discovery").
bool is_treated_as_none(const Verdict& verdict) {
  if (!verdict.record || verdict.record->usability() != Usability::treat_as_none) return false;
  const Policy p = verdict.record->p.value_or(Policy::none);
  const bool is_own_record = verdict.policy_domain == verdict.author;
  return (is_own_record ? p : verdict.record->sp.value_or(p)) != Policy::none;
}

/// Reasons that lie in the record, whatever the receiver does.
std::vector<OverrideReason> reasons_of_record(const Verdict& verdict) {
  if (is_treated_as_none(verdict))
    return {{OverrideType::other, "a policy tag of the record is invalid: treated as p=none"}};
  if (verdict.policy != verdict.published_policy) return {{OverrideType::policy_test_mode}};
  return {};
}

/// RFC 9990 section 3.1.1.7: what kept a failing message from what its record asks for.
Disposition with_reasons(Disposition disposition, const Assessment& assessment) {
  const auto of_record = reasons_of_record(assessment.verdicts.front());
  disposition.overrides.insert(disposition.overrides.begin(), of_record.begin(), of_record.end());
  return disposition;
}

Disposition defer(std::string_view enhanced, const Verdict& verdict) {
  Disposition disposition;
  disposition.action = Action::tempfail;
  disposition.reply = tempfail_reply(
      enhanced, "temporary failure while checking the DMARC policy of " + verdict.author.text());
  return disposition;
}

/// An author domain whose verdict lacks what we could not ask for; null without one.
const Verdict* left_open_by_own_limit(const Assessment& assessment) {
  const auto found = std::ranges::find_if(assessment.verdicts, &Verdict::own_limit);
  return found == assessment.verdicts.end() ? nullptr : &*found;
}

/// An author domain that only a temporary failure of an authentication keeps from being the reason
/// of a rejection; null without one.
const Verdict* almost_rejected(const Assessment& assessment, const Settings& settings) {
  if (!settings.reject_failures || settings.temp_error_action != TempErrorAction::enforced)
    return nullptr;
  const auto found = std::ranges::find_if(assessment.verdicts, [](const Verdict& verdict) {
    return verdict.result == Result::temperror && verdict.policy == Policy::reject;
  });
  return found == assessment.verdicts.end() ? nullptr : &*found;
}

}  // namespace

Reply reject_reply(std::string_view text) {
  return reply(550, "5.7.1", text);
}

Reply tempfail_reply(std::string_view enhanced, std::string_view text) {
  return reply(451, enhanced, text);
}

Disposition dispose(const Assessment& assessment, const FormRuling& form, const Settings& settings,
                    const Arc& arc) {
  const bool rejected_anyway =
      assessment.result == Result::fail && assessment.policy == Policy::reject;
  if (form.incomplete && settings.reject_failures && !rejected_anyway) {
    Disposition rejected = reject("DMARC can't be checked: " + form.problem);
    if (assessment.result != Result::fail) return rejected;
    rejected.overrides = {{OverrideType::local_policy}};
    return with_reasons(std::move(rejected), assessment);
  }
  if (const Verdict* const open = left_open_by_own_limit(assessment); open && !rejected_anyway)
    return defer_for_own_limit(*open);
  if (const Verdict* const open = almost_rejected(assessment, settings); open && !rejected_anyway)
    return defer("4.7.0", *open);
  const bool doubtful_author = form.doubtful_author || !form.problem.empty();
  switch (assessment.result) {
    case Result::fail:
      return with_reasons(excuse(dispose_failure(assessment, doubtful_author, settings), arc,
                                 assessment.verdicts.front()),
                          assessment);
    case Result::temperror:
      if (settings.temp_error_action == TempErrorAction::tempfail)
        return defer("4.7.1", assessment.verdicts.front());
      break;
    case Result::none:
    case Result::pass:
    case Result::permerror:
      break;
  }
  return {};
}

}  // namespace dmarc::policy
