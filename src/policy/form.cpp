#include "policy/form.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include <dmarc/tree_walk.h>

namespace dmarc::policy {
namespace {

using mail::Author;
using mail::AuthorDefect;

struct Requirement {
  std::string_view name;
  std::string_view missing;  ///< empty: the field is optional
  std::string_view multiple;
  /// The same field twice: some programs write it so, and nobody reads it in two ways. Never From.
  bool may_be_repeated = false;
};

constexpr std::array requirements{
    Requirement{"From", "missing From field", "multiple From fields"},
    Requirement{"Date", "missing Date field", "multiple Date fields"},
    Requirement{"Reply-To", "", "multiple Reply-To fields"},
    Requirement{"To", "", "multiple To fields", true},
    Requirement{"Cc", "", "multiple Cc fields", true},
    Requirement{"Bcc", "", "multiple Bcc fields"},
    Requirement{"Message-Id", "", "multiple Message-Id fields"},
    Requirement{"In-Reply-To", "", "multiple In-Reply-To fields"},
    Requirement{"References", "", "multiple References fields", true},
    Requirement{"Subject", "", "multiple Subject fields"},
};

FormRuling refused_for(std::string_view reason) {
  FormRuling ruling;
  ruling.course = Course::reject;
  ruling.reason = reason;
  return ruling;
}

/// Fields that were dropped may have held another From, or an Authentication-Results field that
/// should be removed, so whoever enforces policies does not let such a message in.
FormRuling rule_on_truncated(const Message& message, const Settings& settings) {
  constexpr std::string_view reason = "message header too large to check";
  const bool refuse = settings.reject_failures || settings.required_headers;
  FormRuling ruling;
  if (refuse) ruling = refused_for(reason);
  ruling.problem = reason;
  ruling.incomplete = true;
  ruling.events.push_back(log::make<log::Id::message_too_large>(
      message.job_id, "the limit", refuse ? "rejecting" : "accepting unchecked"));
  return ruling;
}

FormRuling rule_on_missing_from(const Message& message, const Settings& settings) {
  FormRuling ruling;
  if (settings.required_from) ruling = refused_for("message has no From field");
  ruling.problem = describe(AuthorDefect::no_from);
  ruling.events.push_back(settings.required_from
                              ? log::make<log::Id::missing_from_reject>(message.job_id)
                              : log::make<log::Id::missing_from_accept>(message.job_id));
  return ruling;
}

bool is_multi_valued(const Author& author) {
  return author.from_fields > 1 || author.visible.size() > 1;
}

/// Several From fields are told apart from text that is not an address list: each field may be
/// fine. A field that every reader takes for the same author has been read.
bool is_unparsable(const Author& author) {
  return author.defect && !author.is_recovered() && *author.defect != AuthorDefect::several_from;
}

/// A bounce (RFC 5321 section 6.1 "Reliable Delivery and Replies by Email") from nobody's domain,
/// "MAILER-DAEMON" or "<>": no reader sees a domain that could be protected, and who has sent the
/// message it is about has to learn of the failure.
bool is_bounce_of_nobody(const Message& message, const Author& author) {
  return message.sender.kind == mail::ReversePath::Kind::null && author.visible.empty() &&
         (author.defect == AuthorDefect::syntax || author.defect == AuthorDefect::no_address ||
          author.defect == AuthorDefect::no_domain);
}

/// Whether every author domain is in IgnoreMailFrom. A From field with a defect never is: what it
/// seems to say need not be what a reader sees.
bool is_ignored(const Author& author, const Settings& settings) {
  const auto listed = [&](const dns::Name& domain) {
    return std::ranges::find(settings.ignore_mail_from, domain) != settings.ignore_mail_from.end();
  };
  return author.is_clean() && !author.domains.empty() &&
         std::ranges::all_of(author.domains, listed);
}

std::string domain_list(const Author& author) {
  std::string text;
  for (std::size_t i = 0; i < std::min(author.visible.size(), Author::max_visible); ++i) {
    text += (i == 0 ? "" : ", ") + author.visible[i].text();
  }
  return author.visible.size() > Author::max_visible ? text + ", ..." : text;
}

/// What was wrong with the From field.
std::string describe_defect(const Author& author) {
  std::string text = author.defect ? std::string(describe(*author.defect)) : "several domains";
  if (!author.detail.empty()) text += " (" + author.detail + ")";
  return text;
}

/// That, and which domains it could be taken for.
log::Event describe_from(const Message& message, const Author& author, std::string_view ending) {
  std::string text = describe_defect(author);
  if (!author.visible.empty()) text += "; could be taken for " + domain_list(author);
  text += ending;
  return log::make<log::Id::bad_from>(message.job_id, text);
}

std::string problem_of(const Author& author) {
  if (author.defect && !author.is_recovered()) return std::string(describe(*author.defect));
  if (evaluated_domains(author.visible).size() < author.visible.size())
    return "too many author domains";
  return {};
}

FormRuling rule_on_from(const Message& message, const Author& author, const Settings& settings) {
  const bool unparsable = is_unparsable(author);
  const bool multi_valued = is_multi_valued(author);
  const bool required = settings.required_from ||
                        (settings.required_headers && !is_bounce_of_nobody(message, author));
  FormRuling ruling;
  if (unparsable && required) {
    ruling = refused_for("unable to parse From header field");
  } else if (multi_valued && settings.reject_multi_value_from) {
    ruling = refused_for("multi-valued From field");
    ruling.tells_why = false;
  } else if (is_ignored(author, settings)) {
    ruling.course = Course::ignore;
    ruling.reason = "the From domain is in IgnoreMailFrom";
    ruling.events = {log::make<log::Id::ignored_domain>(message.job_id, author.as_written)};
    return ruling;
  }

  if (multi_valued) {
    ruling.events.push_back(log::make<log::Id::multi_valued_from>(message.job_id));
  }
  if (unparsable) ruling.events.push_back(log::make<log::Id::unparsable_from>(message.job_id));
  if (multi_valued || unparsable) {
    const bool refused = ruling.course == Course::reject;
    ruling.events.push_back(describe_from(message, author, refused ? "; rejecting" : ""));
  }

  ruling.problem = problem_of(author);
  ruling.doubtful_author = author.defect.has_value() || author.visible.size() > 1;
  if (settings.multi_from_policy == MultiFromPolicy::permerror && (author.defect || multi_valued)) {
    if (ruling.problem.empty())
      ruling.problem = author.defect ? describe(*author.defect) : "several author domains";
    return ruling;
  }
  if (author.is_recovered())
    ruling.events.push_back(log::make<log::Id::recovered_from>(
        message.job_id, describe_defect(author), author.domains.front().text()));
  // RFC 9989 section 11.5 "Denial of DMARC Processing Attacks": all of them, within a bound.
  const auto evaluated = evaluated_domains(author.visible);
  ruling.domains.assign(evaluated.begin(), evaluated.end());
  ruling.incomplete =
      author.defect == AuthorDefect::too_long || evaluated.size() < author.visible.size();
  return ruling;
}

bool are_alike(std::span<const mail::HeaderField* const> fields) {
  return std::ranges::all_of(fields, [&](const mail::HeaderField* field) {
    return mail::shown_value(*field) == mail::shown_value(*fields.front());
  });
}

}  // namespace

std::span<const dns::Name> evaluated_domains(std::span<const dns::Name> visible) {
  std::vector<dns::Name> walked;
  std::size_t count = 0;
  while (count < std::min(visible.size(), Author::max_visible)) {
    for (dns::Name& name : walk_names(visible[count]))
      if (std::ranges::find(walked, name) == walked.end()) walked.push_back(std::move(name));
    // Of each author it may be asked whether it exists.
    if (walked.size() + count + 1 > max_author_questions) break;
    ++count;
  }
  return visible.first(count);
}

std::optional<std::string_view> broken_header_requirement(const mail::HeaderBlock& header) {
  for (auto row = requirements.rbegin(); row != requirements.rend(); ++row) {
    const Requirement& rule = *row;
    const auto fields = mail::fields_named(header, rule.name);
    if (fields.empty() && !rule.missing.empty()) return rule.missing;
    if (fields.size() > 1 && !(rule.may_be_repeated && are_alike(fields))) return rule.multiple;
  }
  return std::nullopt;
}

FormRuling rule_on_form(const Message& message, const Author& author, const Settings& settings) {
  if (message.header_truncated) return rule_on_truncated(message, settings);
  if (settings.required_headers) {
    if (const auto broken = broken_header_requirement(message.header)) {
      FormRuling ruling = refused_for(*broken);
      ruling.events = {log::make<log::Id::header_requirement>(message.job_id, *broken)};
      return ruling;
    }
  }
  if (author.defect == AuthorDefect::no_from) return rule_on_missing_from(message, settings);
  return rule_on_from(message, author, settings);
}

}  // namespace dmarc::policy
