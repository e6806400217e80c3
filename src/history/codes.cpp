#include "history/codes.h"

#include <algorithm>
#include <array>

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

}  // namespace dmarc::history
