#include "report/history_record.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "mail/reverse_path.h"

namespace dmarc::report {
namespace {

using policy::Authentication;
using policy::Judgement;
using policy::Message;

// The most that is looked at of a To field; OpenDMARC reads 2,047 octets.
constexpr std::size_t max_to_field = 64 * 1024;

/// The codes of result words, of SPF and DKIM alike; -1 for a word that is none of them.
int result_code(std::string_view word) {
  static constexpr std::array words{"pass",      "unused",  "softfail", "neutral", "temperror",
                                    "permerror", "none",    "fail",     "policy",  "nxdomain",
                                    "signed",    "unknown", "discard"};
  const auto* const found = std::find(words.begin(), words.end(), word);
  return found == words.end() ? -1 : static_cast<int>(found - words.begin());
}

int verdict_code(const Verdict& verdict) {
  if (!verdict.record) return 14;
  if (verdict.result == Result::pass) return 15;
  switch (verdict.policy.value_or(Policy::none)) {
    case Policy::reject:
      return 16;
    case Policy::quarantine:
      return 17;
    case Policy::none:
      return 18;
  }
  return 18;
}

/// The letter of a tag's value as its character code; 0 for a tag that is not there.
int policy_code(const std::optional<Policy>& policy) {
  return policy ? static_cast<unsigned char>(to_string(*policy).front()) : 0;
}

int mode_code(AlignmentMode mode) {
  return static_cast<unsigned char>(to_string(mode).front());
}

int fo_bits(const Record& record) {
  if (record.ruf.empty()) return 0;
  int bits = 0;
  for (const std::string_view option : base::split(record.fo, ':')) {
    bits |= option == "0" ? 1 : option == "1" ? 2 : option == "d" ? 4 : option == "s" ? 8 : 0;
  }
  return bits;
}

int action_code(const Judgement& judgement) {
  switch (judgement.action) {
    case policy::Action::reject:
      return 0;
    case policy::Action::tempfail:
      return 3;
    case policy::Action::accept:
    case policy::Action::proceed:
      break;
  }
  return judgement.hold_reason ? 4 : 2;
}

class Lines {
 public:
  Lines& add(std::string_view key, std::string_view value) {
    text_.append(key).append(1, ' ').append(value).append(1, '\n');
    return *this;
  }
  Lines& add(std::string_view key, std::int64_t value) { return add(key, std::to_string(value)); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// One word of a line: never empty, never with a blank in it.
std::string word(std::string_view text) {
  std::string result = base::printable(text);
  std::replace(result.begin(), result.end(), ' ', '_');
  return result.empty() ? "-" : result;
}

void add_authentication(Lines& lines, const Authentication& authentication) {
  using Source = Authentication::SpfSource;
  for (const Authentication::Dkim& signature : authentication.dkim) {
    lines.add("dkim", signature.input.domain.text() + " " + word(signature.input.selector) + " " +
                          std::to_string(result_code(signature.result)));
  }
  if (const auto& own = authentication.own_spf) {
    lines.add("spf", result_code(spf::to_string(own->code)));
    lines.add("spf_scope", own->scope == spf::Scope::mailfrom ? 1 : 2);
    return;
  }
  const bool passed = authentication.spf && authentication.spf->outcome == MethodOutcome::pass;
  lines.add("spf", passed ? 0 : -1);
  lines.add("spf_scope", authentication.spf_source == Source::none ? -1 : 1);
}

void add_policy(Lines& lines, const Verdict& verdict) {
  lines.add("pdomain", verdict.policy_domain.value_or(verdict.author).text());
  lines.add("policy", verdict_code(verdict));
  const Record none;
  const Record& record = verdict.record ? *verdict.record : none;
  for (const std::string& uri : record.rua)
    lines.add("rua", word(uri));
  if (record.rua.empty()) lines.add("rua", "-");
  // pct is history (RFC 9989 section 9.3), but importers have a column for it: every message
  // counts.
  lines.add("pct", verdict.record ? 100 : 0);
  lines.add("adkim", verdict.record ? mode_code(record.adkim) : 0);
  lines.add("aspf", verdict.record ? mode_code(record.aspf) : 0);
  lines.add("p", policy_code(record.p));
  lines.add("sp", policy_code(record.sp));
  lines.add("fo", fo_bits(record));
  lines.add("align_dkim", !verdict.record ? 0 : verdict.dkim_aligned ? 4 : 5);
  lines.add("align_spf", !verdict.record ? 0 : verdict.spf_aligned ? 4 : 5);
}

/// True when the first To field names one of the addresses: OpenDMARC looks at that field, not at
/// the envelope.
bool is_addressed_to(const Message& message, const std::vector<std::string>& addresses) {
  if (addresses.empty()) return false;
  const auto to = mail::fields_named(message.header, "To");
  if (to.empty()) return false;
  std::string text = to.front()->value.substr(0, max_to_field);
  std::replace(text.begin(), text.end(), ';', ',');
  for (std::string_view part : base::split(text, ',')) {
    if (const std::size_t bracket = part.rfind('<'); bracket != std::string_view::npos) {
      part = part.substr(bracket + 1, part.find('>', bracket) - bracket - 1);
    }
    part = base::trim(part);
    if (std::any_of(addresses.begin(), addresses.end(),
                    [&](const std::string& address) { return base::iequals(address, part); })) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool belongs_in_history(const Message& message, const Judgement& judgement,
                        const HistoryOptions& options) {
  if (judgement.verdicts.empty()) return false;
  if (judgement.result != Result::pass && judgement.result != Result::fail &&
      judgement.result != Result::none) {
    return false;
  }
  if (!judgement.verdicts.front().record && !options.record_all) return false;
  return !is_addressed_to(message, options.ignore_mail_to);
}

std::string history_record(const Message& message, const Judgement& judgement,
                           std::int64_t received, std::string_view host_name) {
  const Verdict& verdict = judgement.verdicts.front();
  Lines lines;
  lines.add("job", word(message.job_id));
  lines.add("reporter", word(message.mta_name.empty() ? host_name : message.mta_name));
  lines.add("received", received);
  lines.add("ipaddr", message.client ? message.client->text() : "-");
  lines.add("from", word(verdict.author.text()));
  lines.add("mfrom", message.sender.domain ? message.sender.domain->text() : "");
  add_authentication(lines, judgement.authentication);
  add_policy(lines, verdict);
  // No ARC chain has been looked at: "fail", with no sealers.
  lines.add("arc", 7);
  lines.add("arc_policy", "2 json:[]");
  lines.add("action", action_code(judgement));
  return lines.take();
}

}  // namespace dmarc::report
