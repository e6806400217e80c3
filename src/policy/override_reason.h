// Why a failing message was not handled as its policy record asks (RFC 9990 section 3.1.1.7 "Policy
// Override Reason").
//
//   OverrideReason{OverrideType::local_policy, "RejectFailures is off"}
//
// dispose() (policy/disposition.h) finds the reasons; the history file, the store and the aggregate
// report carry them as they are.
//
// Threads: pure functions and values.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dmarc::policy {

enum class OverrideType {
  local_policy,       ///< the receiver's own choice
  mailing_list,       ///< a mailing list was recognized
  other,              ///< whatever the comment says
  policy_test_mode,   ///< the Domain Owner is testing (t=y)
  trusted_forwarder,  ///< the receiver knows the forwarder
};

/// In the order of OverrideType.
inline constexpr std::array<std::string_view, 5> override_words{
    "local_policy", "mailing_list", "other", "policy_test_mode", "trusted_forwarder"};

/// The word in a report.
constexpr std::string_view to_string(OverrideType type) {
  return override_words.at(static_cast<std::size_t>(type));
}

constexpr std::optional<OverrideType> parse_override_type(std::string_view word) {
  for (std::size_t i = 0; i < override_words.size(); ++i)
    if (override_words[i] == word) return static_cast<OverrideType>(i);
  return std::nullopt;
}

struct OverrideReason {
  OverrideType type = OverrideType::other;
  std::string comment = {};  ///< for people; may be empty

  friend bool operator==(const OverrideReason&, const OverrideReason&) = default;
};

}  // namespace dmarc::policy
