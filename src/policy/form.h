// What the form of a message decides before any result is looked at: whether it is refused or
// ignored for its form, and otherwise which domains are to be evaluated as its author's.
//
//   FormRuling ruling = rule_on_form(message, author, settings);
//   if (ruling.course == Course::evaluate) ... ruling.domains
//
// Threads: a pure function.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/domain_name.h>
#include <dmarc/header_field.h>

#include "log/event.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

/// Questions that the author domains of one message may need together. Ten authors at three labels
/// need 31, four at eight 36; From fields with more than two domains are hardly ever genuine.
inline constexpr std::size_t max_author_questions = 40;

/// The first of these domains, as far as they are evaluated: at most Author::max_visible, which
/// need at most max_author_questions, whatever the DNS holds.
std::span<const dns::Name> evaluated_domains(std::span<const dns::Name> visible);

enum class Course {
  evaluate,
  ignore,  ///< IgnoreMailFrom: accepted as it is
  reject,
};

struct FormRuling {
  Course course = Course::evaluate;

  /// To be evaluated; a pass needs all of them. See evaluated_domains().
  std::vector<dns::Name> domains;

  /// Why this message can't pass, whatever the domains' results are: one clause for the header
  /// field. Empty for a From field that is one clean address list.
  std::string problem;

  /// The From field is not one clean address, although the message is judged by what it names.
  bool doubtful_author = false;

  /// A limit was reached, so something was left undone: there may be author domains that are not in
  /// `domains`, or forged fields that stay in the message.
  bool incomplete = false;

  /// For `reject` and `ignore`: why.
  std::string reason;

  /// For `reject`: whether the client is told why. What RejectMultiValueFrom refuses gets the MTA's
  /// own words, as with OpenDMARC, whose tests ask for a rejection without a reply text.
  bool tells_why = true;

  std::vector<log::Event> events;
};

/// RequiredHeaders: the rule that the header breaks on how often a field may stand in it (RFC
/// 5322 section 3.6 "Field Definitions"), in the words that OpenDMARC logs and answers with
/// ("missing Date field"); nothing when it breaks none. Of several broken rules the last of
/// OpenDMARC's order is named: From, Date, Reply-To, To, Cc, Bcc, Message-Id, In-Reply-To,
/// References, Subject. To, Cc and References may stand in it several times with the same text.
std::optional<std::string_view> broken_header_requirement(const mail::HeaderBlock& header);

FormRuling rule_on_form(const Message& message, const mail::Author& author,
                        const Settings& settings);

}  // namespace dmarc::policy
