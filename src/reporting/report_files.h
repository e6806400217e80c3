// An aggregate report as gzip files, ready to be attached to mail (RFC 9990 section 3.5.1).
//
//   reporting::ReportFiles files(folder, heading, policy, limit);
//   while (const auto row = rows.next()) files.add(*row);
//   for (const ReportFile& file : files.finish().value()) ...
//
// A report that would outgrow the limit goes on in a further file: a whole report of its own on the
// same period, with an identifier of its own. Rows are written as they come, so memory does not
// grow with their number.
//
// Ownership: the files stay in the folder, which must exist and belong to the caller. Threads: one.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "aggregate/aggregate_names.h"
#include "aggregate/aggregate_xml.h"
#include "history/aggregate_data.h"

namespace dmarc::sending {
class GzipFile;
}

namespace dmarc::reporting {

/// What a mail with the report attached may come to: what mailboxes commonly take.
inline constexpr std::size_t default_mail_size = 10'000'000;
/// Below this not even a small report fits.
inline constexpr std::size_t min_mail_size = 20'000;

struct ReportFile {
  std::string path;
  aggregate::AggregateName name;  ///< with the identifier of this part
  unsigned part = 1;
  std::uint64_t rows = 0;
  std::uint64_t messages = 0;
  std::size_t octets = 0;  ///< compressed
};

class ReportFiles {
 public:
  /// Of every part alike. The metadata's report_id is that of the first.
  struct Heading {
    std::string receiver;
    aggregate::ReportMetadata metadata;
  };

  /// `mail_size` in octets of mail: base64 and a header around it.
  ReportFiles(std::string folder, Heading heading, history::PublishedPolicy policy,
              std::size_t mail_size);
  ~ReportFiles();
  ReportFiles(const ReportFiles&) = delete;
  ReportFiles& operator=(const ReportFiles&) = delete;

  void add(const history::AggregateRow& row);

  /// The files, in order; none without a row. The error names the file that could not be written,
  /// whenever that was.
  tl::expected<std::vector<ReportFile>, std::string> finish();

 private:
  void begin_part();
  void end_part();
  /// Writes what xml_ has left in text_.
  void write();

  std::string folder_;
  Heading heading_;
  history::PublishedPolicy policy_;
  std::size_t max_octets_;
  std::vector<ReportFile> files_;
  std::string error_;
  std::unique_ptr<sending::GzipFile> output_;
  std::string text_;
  std::unique_ptr<aggregate::AggregateXml> xml_;  ///< writes to text_
};

}  // namespace dmarc::reporting
