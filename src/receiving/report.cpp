#include "receiving/report.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include <dmarc/domain_name.h>

#include "base/ascii.h"
#include "base/decimal.h"

namespace dmarc::receiving {
namespace {

constexpr std::array<std::string_view, 5> disposition_words{"unknown", "none", "pass", "quarantine",
                                                            "reject"};
constexpr std::array<std::string_view, 3> evaluation_words{"unknown", "pass", "fail"};
constexpr std::array<std::string_view, 9> result_words{
    "unknown", "none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"};
constexpr std::array<std::string_view, 2> method_words{"dkim", "spf"};
constexpr std::array<std::string_view, 8> override_words{
    "unknown", "forwarded",        "local_policy", "mailing_list",
    "other",   "policy_test_mode", "sampled_out",  "trusted_forwarder"};

template <std::size_t size, typename Enum>
std::string_view word_of(const std::array<std::string_view, size>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

/// The word that the text begins with, in lower case.
std::string first_word(std::string_view text) {
  text = base::trim(text);
  const auto is_part = [](char c) { return base::is_alnum(c) || c == '_' || c == '-'; };
  const auto end = std::find_if_not(text.begin(), text.end(), is_part);
  std::string word = base::lower(text.substr(0, static_cast<std::size_t>(end - text.begin())));
  std::replace(word.begin(), word.end(), '-', '_');
  return word;
}

/// The enumerator of a word; the first one, `unknown`, for another word.
template <typename Enum, std::size_t size>
Enum enum_of(const std::array<std::string_view, size>& words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() ? Enum{} : static_cast<Enum>(found - words.begin());
}

}  // namespace

std::string_view to_string(Disposition value) {
  return word_of(disposition_words, value);
}

std::string_view to_string(Evaluation value) {
  return word_of(evaluation_words, value);
}

std::string_view to_string(AuthResult value) {
  return word_of(result_words, value);
}

std::string_view to_string(AuthMethod value) {
  return word_of(method_words, value);
}

std::string_view to_string(Override value) {
  return word_of(override_words, value);
}

Disposition read_disposition(std::string_view text) {
  return enum_of<Disposition>(disposition_words, first_word(text));
}

Evaluation read_evaluation(std::string_view text) {
  return enum_of<Evaluation>(evaluation_words, first_word(text));
}

AuthResult read_auth_result(std::string_view text) {
  const std::string word = first_word(text);
  if (word == "hardfail") return AuthResult::fail;
  // RFC 4408's words, in the drafts of RFC 7489.
  if (word == "error") return AuthResult::temperror;
  if (word == "unknown") return AuthResult::permerror;
  return enum_of<AuthResult>(result_words, word);
}

SpfScope read_spf_scope(std::string_view text) {
  const std::string word = first_word(text);
  if (word == "helo" || word == "ehlo") return SpfScope::helo;
  if (word == "mfrom" || word == "mailfrom" || word == "mail_from") return SpfScope::mfrom;
  return SpfScope::unknown;
}

Override read_override(std::string_view text) {
  return enum_of<Override>(override_words, first_word(text));
}

// --- Times ---------------------------------------------------------------------------------------

namespace {

/// 10^11 seconds are in the year 5138: what is larger is in milliseconds.
constexpr std::uint64_t first_in_milliseconds = 100'000'000'000;
constexpr std::uint64_t last_time = 253'402'300'799;  // the end of 9999

constexpr std::array date_forms{"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",     "%Y-%m-%d",
                                "%Y/%m/%d",          "%a, %d %b %Y %H:%M:%S", "%d %b %Y %H:%M:%S"};

std::optional<std::int64_t> read_number(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos &&
      !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(point) + 1, text.end(),
                   base::is_digit))
    return std::nullopt;
  const auto number = base::parse_decimal<std::uint64_t>(text.substr(0, point));
  if (!number) return std::nullopt;
  const std::uint64_t seconds = *number >= first_in_milliseconds ? *number / 1000 : *number;
  if (seconds > last_time) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

/// "", "Z", "UTC", "+0100", "+01:00": seconds east of Greenwich.
std::optional<std::int64_t> read_zone(std::string_view text) {
  if (text.starts_with('.')) {  // a fraction of a second
    const auto end = std::find_if_not(text.begin() + 1, text.end(), base::is_digit);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  text = base::trim(text);
  if (text.empty() || base::iequals(text, "z") || base::iequals(text, "utc") ||
      base::iequals(text, "gmt"))
    return 0;
  const char sign = text.front();
  std::string digits(text.substr(1));
  std::erase(digits, ':');
  const auto number = base::parse_decimal<unsigned>(digits);
  if ((sign != '+' && sign != '-') || digits.size() != 4 || !number || *number > 1400 ||
      *number % 100 > 59)
    return std::nullopt;
  const std::int64_t seconds =
      std::int64_t{*number / 100} * 3600 + std::int64_t{*number % 100} * 60;
  return sign == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<std::int64_t> read_time(std::string_view text) {
  const std::string trimmed(base::trim(text));
  if (const auto number = read_number(trimmed)) return number;
  for (const char* const form : date_forms) {
    std::tm parts{};
    const char* const end = ::strptime(trimmed.c_str(), form, &parts);
    if (end == nullptr) continue;
    const auto zone = read_zone(end);
    if (!zone) continue;
    const std::int64_t time = ::timegm(&parts) - *zone;
    if (time >= 0 && static_cast<std::uint64_t>(time) <= last_time) return time;
  }
  return std::nullopt;
}

// --- Names ---------------------------------------------------------------------------------------

std::string read_domain(std::string_view text) {
  text = base::trim(text);
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos)
    text.remove_prefix(at + 1);
  while (!text.empty() && (text.back() == '>' || text.back() == '.' || base::is_space(text.back())))
    text.remove_suffix(1);
  while (!text.empty() && (text.front() == '<' || base::is_space(text.front())))
    text.remove_prefix(1);
  if (const auto name = dns::Name::parse(text)) return name->text();
  return base::lower(text);
}

std::string Report::reporter() const {
  if (!org_name.empty()) return base::lower(org_name);
  return email.empty() ? "(not named)" : base::lower(email);
}

std::uint64_t Report::messages() const {
  std::uint64_t sum = 0;
  for (const Row& row : rows)
    sum += row.count;
  return sum;
}

}  // namespace dmarc::receiving
