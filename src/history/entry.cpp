#include "history/entry.h"

#include <algorithm>
#include <array>

#include <dmarc/domain_name.h>
#include <dmarc/ip_address.h>

#include "base/ascii.h"
#include "base/decimal.h"

namespace dmarc::history {
namespace {

/// In the order of their codes, from 0.
constexpr std::array<std::string_view, 13> auth_words{
    "pass", "unused", "softfail", "neutral", "temperror", "permerror", "none",
    "fail", "policy", "nxdomain", "signed",  "unknown",   "discard"};

constexpr std::array all_failure_options{FailureOption::none_aligned, FailureOption::any_failed,
                                         FailureOption::dkim_failed, FailureOption::spf_failed};

constexpr int bit(FailureOption option) {
  return 1 << static_cast<int>(option);
}

}  // namespace

std::string_view to_string(AuthCode code) {
  return code == AuthCode::undefined ? "undefined" : auth_words.at(static_cast<std::size_t>(code));
}

AuthCode parse_auth_code(std::string_view word) {
  const auto* const found = std::find(auth_words.begin(), auth_words.end(), word);
  if (found == auth_words.end()) return AuthCode::undefined;
  return static_cast<AuthCode>(found - auth_words.begin());
}

std::optional<Policy> policy_of_code(int number) {
  for (const Policy policy : {Policy::none, Policy::quarantine, Policy::reject})
    if (code(policy) == number) return policy;
  return std::nullopt;
}

AlignmentMode mode_of_code(int number) {
  return number == code(AlignmentMode::strict) ? AlignmentMode::strict : AlignmentMode::relaxed;
}

int code(const FailureOptions& options) {
  int bits = 0;
  for (const FailureOption option : options)
    bits |= bit(option);
  return bits;
}

FailureOptions failure_options_of_code(int bits) {
  FailureOptions options;
  for (const FailureOption option : all_failure_options)
    if ((bits & bit(option)) != 0) options.push_back(option);
  return options;
}

PublicSuffixFlag public_suffix_flag_of_code(int number) {
  for (const PublicSuffixFlag flag : {PublicSuffixFlag::yes, PublicSuffixFlag::no})
    if (code(flag) == number) return flag;
  return PublicSuffixFlag::unknown;
}

std::optional<bool> testing_of_code(int number) {
  if (number == 0) return std::nullopt;
  return number == testing_code(true);
}

std::optional<DiscoveryMethod> discovery_of_code(int number) {
  if (number == 0) return std::nullopt;
  return number == code(std::optional(DiscoveryMethod::psl)) ? DiscoveryMethod::psl
                                                             : DiscoveryMethod::treewalk;
}

bool is_word(std::string_view text, std::size_t limit) {
  return !text.empty() && text.size() <= limit && std::ranges::none_of(text, [](char c) {
    return base::is_control(c) || base::is_eight_bit(c) || c == ' ';
  });
}

using policy::OverrideReason;

namespace {

/// A comment as it is written. What was written once stays as it is.
std::string written(std::string_view comment) {
  std::string text;
  for (const char c : base::trim(comment)) {
    if (c == ';')
      text += ',';
    else if (c == '\\')
      text += c;
    else
      text += base::printable({&c, 1});
    if (text.size() >= max_override_comment) break;
  }
  return std::string(base::trim(std::string_view(text).substr(0, max_override_comment)));
}

}  // namespace

std::string to_text(const std::vector<OverrideReason>& reasons) {
  std::string text;
  for (const OverrideReason& reason : reasons) {
    if (!text.empty()) text += "; ";
    text += to_string(reason.type);
    const std::string comment = written(reason.comment);
    if (!comment.empty()) text.append(": ").append(comment);
  }
  return text;
}

std::optional<std::vector<OverrideReason>> parse_override_reasons(std::string_view text) {
  std::vector<OverrideReason> reasons;
  for (const std::string_view part : base::split(text, ';')) {
    const std::size_t colon = part.find(':');
    const auto type = policy::parse_override_type(base::trim(part.substr(0, colon)));
    if (!type) return std::nullopt;
    std::string_view comment = colon == std::string_view::npos ? "" : part.substr(colon + 1);
    comment = base::trim(comment);
    if (std::any_of(comment.begin(), comment.end(),
                    [](char c) { return base::is_control(c) || base::is_eight_bit(c); })) {
      return std::nullopt;
    }
    reasons.push_back({*type, std::string(comment.substr(0, max_override_comment))});
    if (reasons.size() == max_override_reasons) break;
  }
  return reasons;
}

dkim::Fault parse_fault(std::string_view word) {
  constexpr auto last = static_cast<int>(dkim::Fault::key_strict);
  for (int number = 0; number <= last; ++number)
    if (const auto fault = static_cast<dkim::Fault>(number); dkim::name_of(fault) == word)
      return fault;
  return dkim::Fault::none;
}

namespace {

/// Reads from the front of a text; every function says whether what it names was there.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool token(char c) {
    skip_blanks();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  /// With its escapes as they are: no name and no address has any.
  bool string(std::string_view& value) {
    if (!token('"')) return false;
    std::size_t end = 0;
    while (end < text_.size() && text_[end] != '"')
      end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return false;
    value = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return true;
  }

  bool number(std::string_view& value) {
    skip_blanks();
    std::size_t end = 0;
    while (end < text_.size() && base::is_digit(text_[end]))
      ++end;
    value = text_.substr(0, end);
    text_.remove_prefix(end);
    return end > 0;
  }

  bool at_end() {
    skip_blanks();
    return text_.empty();
  }

 private:
  void skip_blanks() {
    while (!text_.empty() && base::is_blank(text_.front()))
      text_.remove_prefix(1);
  }

  std::string_view text_;
};

/// A member of the object, "name": value.
bool read_member(Cursor& cursor, ArcSeal& seal) {
  std::string_view name;
  std::string_view value;
  if (!cursor.string(name) || !cursor.token(':')) return false;
  if (!cursor.string(value) && !cursor.number(value)) return false;
  if (name == "i") {
    seal.instance = base::parse_decimal<unsigned>(value).value_or(0);
  } else if (name == "d") {
    if (const auto domain = dns::Name::parse(value)) seal.domain = domain->text();
  } else if (name == "s") {
    if (const auto selector = dns::Name::parse(value)) seal.selector = selector->text();
  } else if (name == "ip") {
    if (const auto client = base::IpAddress::parse(value)) seal.client = client->text();
  }
  return true;
}

bool read_seal(Cursor& cursor, ArcSeal& seal) {
  if (!cursor.token('{')) return false;
  do {
    if (!read_member(cursor, seal)) return false;
  } while (cursor.token(','));
  return cursor.token('}');
}

}  // namespace

std::optional<std::vector<ArcSeal>> parse_arc_seals(std::string_view text) {
  std::vector<ArcSeal> seals;
  Cursor cursor(text);
  if (!cursor.token('[')) return std::nullopt;
  if (cursor.token(']')) return cursor.at_end() ? std::optional(seals) : std::nullopt;
  do {
    ArcSeal seal;
    if (!read_seal(cursor, seal)) return std::nullopt;
    const bool usable = seal.instance >= 1 && seal.instance <= max_arc_instance;
    if (usable && !seal.domain.empty() && seals.size() < max_arc_instance)
      seals.push_back(std::move(seal));
  } while (cursor.token(','));
  if (!cursor.token(']') || !cursor.at_end()) return std::nullopt;
  return seals;
}

}  // namespace dmarc::history
