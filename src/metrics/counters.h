// What the daemon counts, in one place and named in one table (metrics.def).
//
//   metrics::count(metrics::Id::connections);
//   metrics::value(metrics::Id::connections);
//   for (const std::string& line : metrics::summary()) ...
//   //   "messages_total: 12 result=pass,action=accept; 3 result=fail,action=reject"
//
// The numbers belong to the process, are never set back and have no order among each other: plain
// relaxed atomics. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::metrics {

enum class Id : std::uint8_t {
#define DMARC_METRIC(id, type, name, labels, help) id,
#include "metrics/metrics.def"
#undef DMARC_METRIC
};

enum class Type : std::uint8_t { counter };

/// One row of the table.
struct Description {
  Id id;
  Type type;
  std::string_view name;
  std::string_view labels;  ///< as Prometheus writes them between braces; may be empty
  std::string_view help;
};

inline constexpr Description descriptions[] = {
#define DMARC_METRIC(id, type, name, labels, help) {Id::id, Type::type, name, labels, help},
#include "metrics/metrics.def"
#undef DMARC_METRIC
};

void count(Id id, std::uint64_t by = 1);
std::uint64_t value(Id id);

/// A line for each name of the table: "NAME: NUMBER LABELS; NUMBER LABELS", without the rows that
/// are 0 where a name has several.
std::vector<std::string> summary();

}  // namespace dmarc::metrics
