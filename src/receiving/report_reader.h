// Reads the XML of one aggregate report, piece by piece (RFC 9990 section 3.1, RFC 7489 appendix
// C).
//
//   ReportReader reader;
//   while (reader.add(chunk)) ...
//   auto result = reader.finish();
//   if (result) use(result->report);   // result->records: what was left out
//   else tell(result.error().line, result.error().reason);
//
// It takes what can be understood: any namespace or none, names in any case, elements in any order,
// missing and unknown ones, and the text as XmlText mends it. A record whose count can't be read is
// left out and told of. What has no dates and no domain, and what is not a report at all, is an
// error.
//
// Security: there are no entities but XML's own, a document type is refused, and nothing is loaded
// from anywhere. Limits: receiving/limits.h, and max_markup for one tag or comment.
// Memory: that of the rows.
// Threads: one.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "receiving/report.h"

namespace dmarc::receiving {

/// Why something can't be read.
struct Problem {
  std::uint64_t line = 0;  ///< 0 when it has none
  std::string reason;
};

struct ReadReport {
  Report report;
  std::vector<Problem> records;  ///< left out; at most max_told_records
  std::uint64_t records_left_out = 0;
};

class ReportReader {
 public:
  static constexpr std::size_t max_markup = 256 * 1024;

  ReportReader();
  ~ReportReader();
  ReportReader(const ReportReader&) = delete;
  ReportReader& operator=(const ReportReader&) = delete;

  /// False when no more is wanted: the report has ended, or can't be read.
  bool add(std::string_view chunk);
  /// Once.
  tl::expected<ReadReport, Problem> finish();

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace dmarc::receiving
