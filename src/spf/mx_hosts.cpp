#include "spf/mx_hosts.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"

namespace dmarc::spf {

std::vector<dns::Name> mx_hosts(const dns::Answer& answer) {
  std::vector<std::pair<unsigned, dns::Name>> hosts;
  for (const std::string_view record : answer.records) {
    const std::size_t blank = record.find(' ');
    if (blank == std::string_view::npos) continue;
    unsigned preference = 0;
    for (const char c : record.substr(0, std::min<std::size_t>(blank, 5)))
      if (base::is_digit(c)) preference = preference * 10 + static_cast<unsigned>(c - '0');
    if (auto name = dns::Name::from_octets(record.substr(blank + 1)))
      hosts.emplace_back(preference, *std::move(name));
  }
  std::stable_sort(hosts.begin(), hosts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<dns::Name> names;
  for (auto& [preference, name] : hosts)
    names.push_back(std::move(name));
  return names;
}

}  // namespace dmarc::spf
