#include "report/aggregate_data.h"

#include <algorithm>
#include <array>

namespace dmarc::report {
namespace {

constexpr std::array<std::string_view, 5> override_words{"local_policy", "mailing_list", "other",
                                                         "policy_test_mode", "trusted_forwarder"};

}  // namespace

std::string_view to_string(OverrideReason::Type type) {
  return override_words.at(static_cast<std::size_t>(type));
}

std::optional<OverrideReason::Type> parse_override_type(std::string_view word) {
  const auto* const found = std::find(override_words.begin(), override_words.end(), word);
  if (found == override_words.end()) return std::nullopt;
  return static_cast<OverrideReason::Type>(found - override_words.begin());
}

}  // namespace dmarc::report
