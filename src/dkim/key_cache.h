// Key records that were read before: making OpenSSL's key costs as much as verifying a signature
// with it.
//
//   dkim::KeyCache keys;                      // one for the program
//   const auto record = keys.find(txt);       // by the text of the record
//   if (record) record->key().verify(...)
//
// Because the text is the key, a record that changed in the DNS is another entry; nothing has to
// expire.
//
// Threads: any; each of 16 parts has its own lock, held for a search or an insertion. Limits:
// max_cached_keys and max_cached_key_text; when a part is full, what was used longest ago goes.
// Records with a fault are read again each time, so that they push nothing out.
#pragma once

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "dkim/key_record.h"

namespace dmarc::dkim {

class KeyCache {
 public:
  tl::expected<KeyRecord, Fault> find(std::string_view text);

  std::size_t size() const;

 private:
  struct Part {
    mutable std::mutex mutex;
    std::list<std::pair<std::string, KeyRecord>> records;  ///< what was used last comes first
    std::unordered_map<std::string_view, decltype(records)::iterator> by_text;
    std::size_t octets = 0;
  };
  static constexpr std::size_t part_count = 16;

  Part& part_of(std::string_view text);

  std::array<Part, part_count> parts_;
};

}  // namespace dmarc::dkim
