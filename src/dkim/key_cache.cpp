#include "dkim/key_cache.h"

#include <functional>
#include <numeric>

#include "dkim/limits.h"

namespace dmarc::dkim {

KeyCache::Part& KeyCache::part_of(std::string_view text) {
  return parts_[std::hash<std::string_view>{}(text) / 64 % part_count];
}

tl::expected<KeyRecord, Fault> KeyCache::find(std::string_view text) {
  Part& part = part_of(text);
  {
    const std::lock_guard lock(part.mutex);
    if (const auto found = part.by_text.find(text); found != part.by_text.end()) {
      part.records.splice(part.records.begin(), part.records, found->second);
      return found->second->second;
    }
  }
  auto record = KeyRecord::parse(text);
  if (!record) return record;
  const std::lock_guard lock(part.mutex);
  if (part.by_text.contains(text)) return record;
  part.records.emplace_front(text, *record);
  part.by_text.emplace(part.records.front().first, part.records.begin());
  part.octets += text.size();
  while (part.records.size() > max_cached_keys / part_count ||
         part.octets > max_cached_key_text / part_count) {
    const std::string& oldest = part.records.back().first;
    part.octets -= oldest.size();
    part.by_text.erase(oldest);
    part.records.pop_back();
  }
  return record;
}

std::size_t KeyCache::size() const {
  return std::accumulate(parts_.begin(), parts_.end(), std::size_t{0},
                         [](std::size_t sum, const Part& part) {
                           const std::lock_guard lock(part.mutex);
                           return sum + part.records.size();
                         });
}

}  // namespace dmarc::dkim
