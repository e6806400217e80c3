// The lines of a history record: which keys there are, and what each value must be.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "history/entry.h"

namespace dmarc::history {

/// Builds one Entry from the lines of its record.
class Fields {
 public:
  struct Problem {
    std::string text;
    bool of_detail = false;  ///< what can't be read was left out, and the record is good without it
  };
  /// Nothing, or what is wrong with the line. Lines with a key that is not known are fine.
  /// `is_cut`: the line has more than there is here.
  std::optional<Problem> read(std::string_view line, bool is_cut);

  /// What is missing from a whole record, if anything is.
  std::optional<std::string> missing() const;

  /// Call once, when nothing is missing.
  Entry take();

 private:
  Entry entry_;
  std::uint32_t seen_ = 0;    ///< a bit for each key
  std::size_t expected_ = 0;  ///< the key that usually comes next
};

}  // namespace dmarc::history
