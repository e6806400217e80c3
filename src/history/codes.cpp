#include "history/codes.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace dmarc::history {
namespace {

/// In the order of their codes, from 0.
constexpr std::array<std::string_view, 13> auth_words{
    "pass", "unused", "softfail", "neutral", "temperror", "permerror", "none",
    "fail", "policy", "nxdomain", "signed",  "unknown",   "discard"};

/// In the order of their bits.
constexpr std::array<std::string_view, 4> fo_options{"0", "1", "d", "s"};

constexpr std::array policies{Policy::none, Policy::quarantine, Policy::reject};

}  // namespace

std::string_view to_string(AuthCode code) {
  return code == AuthCode::undefined ? "undefined" : auth_words.at(static_cast<std::size_t>(code));
}

AuthCode parse_auth_code(std::string_view word) {
  const auto* const found = std::find(auth_words.begin(), auth_words.end(), word);
  if (found == auth_words.end()) return AuthCode::undefined;
  return static_cast<AuthCode>(found - auth_words.begin());
}

int fo_bits(std::string_view fo) {
  int bits = 0;
  for (const std::string_view option : base::split(fo, ':')) {
    for (std::size_t i = 0; i < fo_options.size(); ++i) {
      if (option == fo_options[i]) bits |= 1 << i;
    }
  }
  return bits;
}

std::string fo_text(int bits) {
  std::string text;
  for (std::size_t i = 0; i < fo_options.size(); ++i) {
    if ((bits & (1 << i)) == 0) continue;
    if (!text.empty()) text += ':';
    text += fo_options[i];
  }
  return text;
}

int policy_letter(const std::optional<Policy>& policy) {
  return policy ? static_cast<unsigned char>(to_string(*policy).front()) : 0;
}

std::optional<Policy> policy_of_letter(int code) {
  const auto* const found = std::find_if(policies.begin(), policies.end(), [code](Policy policy) {
    return policy_letter(policy) == code;
  });
  if (found == policies.end()) return std::nullopt;
  return *found;
}

int mode_letter(AlignmentMode mode) {
  return static_cast<unsigned char>(to_string(mode).front());
}

AlignmentMode mode_of_letter(int code) {
  return code == mode_letter(AlignmentMode::strict) ? AlignmentMode::strict
                                                    : AlignmentMode::relaxed;
}

}  // namespace dmarc::history
