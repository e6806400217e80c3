#include "history/aggregate_data.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::history {
std::string to_text(const std::vector<OverrideReason>& reasons) {
  std::string text;
  for (const OverrideReason& reason : reasons) {
    if (!text.empty()) text += "; ";
    text += to_string(reason.type);
    if (reason.comment.empty()) continue;
    std::string comment = base::printable(reason.comment);
    std::replace(comment.begin(), comment.end(), ';', ',');
    text.append(": ").append(comment);
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

}  // namespace dmarc::history
