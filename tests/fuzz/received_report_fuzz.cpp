// The XML of an aggregate report that arrived.
#include "expect.h"
#include "receiving/limits.h"
#include "receiving/report_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  using namespace dmarc::receiving;
  const std::string_view document = as_text(data, size);
  ReportReader whole;
  whole.add(document);
  const auto result = whole.finish();
  ReportReader in_pieces;
  for (std::size_t at = 0; at < document.size(); at += 5)
    if (!in_pieces.add(document.substr(at, 5))) break;
  const auto again = in_pieces.finish();
  expect(result.has_value() == again.has_value(), "pieces change nothing");
  if (!result) {
    expect(!result.error().reason.empty() && is_printable(result.error().reason),
           "an error is a printable line");
    return 0;
  }
  const Report& report = result->report;
  expect(report.rows.size() == again->report.rows.size(), "pieces change no rows");
  expect(report.messages() == again->report.messages(), "pieces change no counts");
  expect(!report.reporter().empty() && !report.report_id.empty() && !report.policy.domain.empty(),
         "a report can be told from others");
  expect(report.begin <= report.end, "a period is in order");
  for (const Row& row : report.rows) {
    expect(row.results.size() <= max_row_results && row.reasons.size() <= max_row_reasons,
           "the limits of a row hold");
    expect(row.header_from.size() <= max_short_text, "the limits of texts hold");
  }
  return 0;
}
