#include "history/aggregate_data.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace dmarc::history {
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

std::string to_text(const std::vector<OverrideReason>& reasons) {
  std::string text;
  for (const OverrideReason& reason : reasons) {
    if (!text.empty()) text += "; ";
    text += to_string(reason.type);
    if (!reason.comment.empty()) text.append(": ").append(reason.comment);
  }
  return text;
}

std::optional<std::vector<OverrideReason>> parse_override_reasons(std::string_view text) {
  std::vector<OverrideReason> reasons;
  for (const std::string_view part : base::split(text, ';')) {
    const std::size_t colon = part.find(':');
    const auto type = parse_override_type(base::trim(part.substr(0, colon)));
    if (!type) return std::nullopt;
    std::string_view comment = colon == std::string_view::npos ? "" : part.substr(colon + 1);
    comment = base::trim(comment);
    if (std::any_of(comment.begin(), comment.end(),
                    [](char c) { return base::is_control(c) || base::is_eight_bit(c); })) {
      return std::nullopt;
    }
    reasons.push_back({*type, std::string(comment.substr(0, OverrideReason::max_comment))});
    if (reasons.size() == max_override_reasons) break;
  }
  return reasons;
}

}  // namespace dmarc::history
