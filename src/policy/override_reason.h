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

/// The word in a report.
std::string_view to_string(OverrideType type);
std::optional<OverrideType> parse_override_type(std::string_view word);

struct OverrideReason {
  OverrideType type = OverrideType::other;
  std::string comment = {};  ///< for people; may be empty

  friend bool operator==(const OverrideReason&, const OverrideReason&) = default;
};

}  // namespace dmarc::policy
