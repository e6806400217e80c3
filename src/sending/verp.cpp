#include "sending/verp.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "base/ascii.h"

namespace dmarc::sending {

/// FNV-1a: nothing depends on its strength.
std::string destination_tag(std::string_view uri) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : uri)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", static_cast<unsigned>(hash));
  return digits.data();
}

std::string verp_address(const Address& bounces, const VerpTag& tag) {
  return bounces.local + "+" + tag.report_id + "-" + tag.destination + "@" + bounces.domain.text();
}

std::optional<VerpTag> read_verp(const Address& bounces, std::string_view address) {
  const auto parsed = Address::parse(address);
  if (!parsed || parsed->domain != bounces.domain) return std::nullopt;
  const std::string local = base::lower(parsed->local);
  const std::string begin = base::lower(bounces.local) + "+";
  const std::size_t hyphen = local.rfind('-');
  if (!local.starts_with(begin) || hyphen == std::string::npos || hyphen < begin.size())
    return std::nullopt;
  VerpTag tag{local.substr(begin.size(), hyphen - begin.size()), local.substr(hyphen + 1)};
  if (tag.report_id.empty() || tag.destination.empty() ||
      !std::all_of(tag.report_id.begin(), tag.report_id.end(), base::is_alnum) ||
      !std::all_of(tag.destination.begin(), tag.destination.end(), base::is_alnum))
    return std::nullopt;
  return tag;
}

}  // namespace dmarc::sending
