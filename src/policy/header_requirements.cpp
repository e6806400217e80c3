#include "policy/header_requirements.h"

#include <algorithm>
#include <array>

namespace dmarc::policy {
namespace {

struct Requirement {
  std::string_view name;
  std::string_view missing;  ///< empty: the field is optional
  std::string_view multiple;
};

constexpr std::array requirements{
    Requirement{"From", "missing From field", "multiple From fields"},
    Requirement{"Date", "missing Date field", "multiple Date fields"},
    Requirement{"Reply-To", "", "multiple Reply-To fields"},
    Requirement{"To", "", "multiple To fields"},
    Requirement{"Cc", "", "multiple Cc fields"},
    Requirement{"Bcc", "", "multiple Bcc fields"},
    Requirement{"Message-Id", "", "multiple Message-Id fields"},
    Requirement{"In-Reply-To", "", "multiple In-Reply-To fields"},
    Requirement{"References", "", "multiple References fields"},
    Requirement{"Subject", "", "multiple Subject fields"},
};

}  // namespace

std::optional<std::string_view> broken_header_requirement(const mail::HeaderBlock& header) {
  for (auto row = requirements.rbegin(); row != requirements.rend(); ++row) {
    const Requirement& rule = *row;
    const auto count = std::ranges::count_if(
        header, [&](const mail::HeaderField& field) { return mail::is_field(field, rule.name); });
    if (count > 1) return rule.multiple;
    if (count == 0 && !rule.missing.empty()) return rule.missing;
  }
  return std::nullopt;
}

}  // namespace dmarc::policy
