#include "resolver/cache.h"

#include <utility>

namespace dmarc::resolver {
namespace {

// What an entry costs in addition to its own fields: links of the hash table and of the list, the
// answer's reference counts, and the allocator's headers for five blocks.
constexpr std::size_t overhead = 192;

std::size_t heap_bytes(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() : 0;
}

std::size_t bytes_of(const dns::Question& question, const dns::Answer& answer) {
  std::size_t bytes = overhead + sizeof question + heap_bytes(question.name.text()) +
                      sizeof answer + answer.records.capacity() * sizeof(std::string);
  for (const std::string& record : answer.records)
    bytes += heap_bytes(record);
  return bytes;
}

bool is_failure(const dns::Answer& answer) {
  return answer.outcome == dns::Outcome::temporary_failure;
}

dns::AnswerPtr stale_copy(const dns::Answer& answer, std::chrono::seconds ttl) {
  auto copy = std::make_shared<dns::Answer>(answer);
  copy->stale = true;
  copy->ttl = static_cast<std::uint32_t>(ttl.count());
  return copy;
}

}  // namespace

Cache::Shard& Cache::shard_of(const dns::Question& question) {
  // The low bits choose the bucket within the shard's table; the high ones are as good and leave
  // those independent.
  constexpr unsigned shift = 48;
  const std::uint64_t hash = std::hash<dns::Question>{}(question);
  return shards_[(hash >> shift) % shard_count];
}

dns::AnswerPtr Cache::find(const dns::Question& question, Time now) {
  Shard& shard = shard_of(question);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(question);
  if (found == shard.entries.end() || found->second.expires <= now) return nullptr;
  shard.uses.splice(shard.uses.begin(), shard.uses, found->second.use);
  return found->second.answer;
}

bool Cache::has_stale(const dns::Question& question, Time now) {
  Shard& shard = shard_of(question);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(question);
  return found != shard.entries.end() && !is_failure(*found->second.answer) &&
         found->second.stale_until > now;
}

void Cache::store(const dns::Question& question, dns::AnswerPtr answer, Time now) {
  const Time expires = now + std::chrono::seconds(answer->ttl);
  const Time stale_until = expires + limits_.max_stale;
  if (stale_until <= now) return;
  Shard& shard = shard_of(question);
  const std::lock_guard lock(shard.mutex);
  put(shard, question, {std::move(answer), expires, stale_until, 0, {}});
}

dns::AnswerPtr Cache::store_failure(const dns::Question& question, dns::AnswerPtr failure,
                                    Time now) {
  const Time expires = now + limits_.failure_ttl;
  Shard& shard = shard_of(question);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(question);
  if (found != shard.entries.end() && !is_failure(*found->second.answer) &&
      found->second.stale_until > now) {
    found->second.answer = stale_copy(*found->second.answer, limits_.failure_ttl);
    found->second.expires = expires;
    return found->second.answer;
  }
  put(shard, question, {failure, expires, expires, 0, {}});
  return failure;
}

void Cache::put(Shard& shard, const dns::Question& question, Entry entry) {
  if (const auto known = shard.entries.find(question); known != shard.entries.end())
    drop(shard, known);
  entry.bytes = bytes_of(question, *entry.answer);
  const auto placed = shard.entries.emplace(question, std::move(entry)).first;
  shard.uses.push_front(&placed->first);
  placed->second.use = shard.uses.begin();
  shard.bytes += placed->second.bytes;
  while (shard.bytes > limits_.bytes / shard_count)
    drop(shard, shard.entries.find(*shard.uses.back()));
}

void Cache::drop(Shard& shard, std::unordered_map<dns::Question, Entry>::iterator entry) {
  shard.bytes -= entry->second.bytes;
  shard.uses.erase(entry->second.use);
  shard.entries.erase(entry);
}

std::size_t Cache::bytes() const {
  std::size_t sum = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.bytes;
  }
  return sum;
}

}  // namespace dmarc::resolver
