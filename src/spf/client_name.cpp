#include "spf/client_name.h"

#include <algorithm>
#include <string_view>

#include "spf/expansion.h"
#include "spf/limits.h"

namespace dmarc::spf {

dns::Type address_type(const base::IpAddress& client) {
  return client.is_v4() ? dns::Type::a : dns::Type::aaaa;
}

std::vector<dns::Name> ptr_names(const dns::Answer& answer) {
  std::vector<dns::Name> names;
  const std::size_t count = std::min(answer.records.size(), max_ptr_names);
  for (std::size_t i = 0; i < count; ++i)
    if (auto name = dns::Name::from_octets(answer.records[i])) names.push_back(*std::move(name));
  return names;
}

std::vector<dns::Name> validated(const std::vector<dns::Name>& names, const base::IpAddress& client,
                                 dns::Resolver& resolver) {
  const dns::Type type = address_type(client);
  for (const dns::Name& name : names)
    resolver.prefetch(name, type);

  const std::string address(client.octets().begin(), client.octets().end());
  std::vector<dns::Name> confirmed;
  for (const dns::Name& name : names) {
    const dns::AnswerPtr answer = resolver.lookup(name, type);
    const auto& records = answer->records;
    if (std::find(records.begin(), records.end(), address) != records.end())
      confirmed.push_back(name);
  }
  return confirmed;
}

std::string client_name(const base::IpAddress& client, const dns::Name& domain,
                        dns::Resolver& resolver) {
  const dns::AnswerPtr answer = resolver.lookup(reverse_name(client), dns::Type::ptr);
  const std::vector<dns::Name> names = validated(ptr_names(*answer), client, resolver);
  const auto same = std::find(names.begin(), names.end(), domain);
  if (same != names.end()) return same->text();
  const auto below = std::find_if(names.begin(), names.end(), [&domain](const dns::Name& name) {
    return name.is_at_or_below(domain);
  });
  if (below != names.end()) return below->text();
  return names.empty() ? "unknown" : names.front().text();
}

}  // namespace dmarc::spf
