// The ARC chain in a history record, as OpenDMARC writes it:
//
//   [{ "i": 1, "d":"example.org", "s":"sel", "ip":"192.0.2.1" }, ...]
//
// Threads: a pure function.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "history/history_entry.h"

namespace dmarc::history {

/// RFC 8617 section 4.2.1 "Instance Tags" allows no more.
inline constexpr unsigned max_arc_instance = 50;

/// Nothing for anything else. OpenDMARC escapes nothing in the strings: what is no name there makes
/// that seal be left out.
std::optional<std::vector<ArcSeal>> parse_arc_seals(std::string_view text);

}  // namespace dmarc::history
