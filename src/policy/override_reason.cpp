#include "policy/override_reason.h"

#include <algorithm>
#include <array>

namespace dmarc::policy {
namespace {

/// In the order of OverrideType.
constexpr std::array<std::string_view, 5> words{"local_policy", "mailing_list", "other",
                                                "policy_test_mode", "trusted_forwarder"};

}  // namespace

std::string_view to_string(OverrideType type) {
  return words.at(static_cast<std::size_t>(type));
}

std::optional<OverrideType> parse_override_type(std::string_view word) {
  const auto* const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<OverrideType>(found - words.begin());
}

}  // namespace dmarc::policy
