// An aggregate report as gzip files (RFC 1952), ready to be attached to mail (RFC 9990 section
// 3.5.1).
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

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aggregate/report_mail.h"
#include "aggregate/row.h"
#include "aggregate/xml.h"
#include "base/unique_fd.h"
#include "history/entry.h"

namespace dmarc::reporting {

/// A file that is compressed while it is written. After an error everything is dropped; error()
/// says what the first was.
class GzipFile {
 public:
  /// Makes the file, for its owner alone; it must not be there.
  explicit GzipFile(const std::string& path);
  ~GzipFile();
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  void write(std::string_view text);
  bool finish();

  /// Whether the file stays within `limit` octets when `more` octets of text are written and it
  /// ends. True is always right; false may be wrong by what compression would still save on `more`.
  bool has_room(std::size_t more, std::size_t limit);

  std::size_t octets() const { return octets_; }  ///< in the file so far
  const std::string& error() const { return error_; }

 private:
  struct Stream;

  std::size_t size_bound(std::size_t more) const;
  void compress(std::string_view text, int flush);
  void store(std::string_view data);
  void fail(int error);

  std::string path_;
  base::UniqueFd file_;
  std::unique_ptr<Stream> stream_;
  std::size_t octets_ = 0;
  std::size_t pending_ = 0;  ///< octets of text whose compressed form may not be out yet
  std::string error_;
};

/// What a mail with the report attached may come to: what mailboxes commonly take.
inline constexpr std::size_t default_mail_size = 10'000'000;
/// Below this not even a small report fits.
inline constexpr std::size_t min_mail_size = 20'000;

struct ReportFile {
  std::string path;
  aggregate::ReportName name;  ///< with the identifier of this part
  unsigned part = 1;
  std::uint64_t rows = 0;
  std::uint64_t messages = 0;
  std::size_t octets = 0;  ///< compressed
};

class ReportFiles {
 public:
  /// The same in every part. The metadata's report_id is that of the first.
  struct Heading {
    std::string receiver;
    aggregate::ReportMetadata metadata;
  };

  /// `mail_size` in octets of mail: base64 and a header around it.
  ReportFiles(std::string folder, Heading heading, history::PublishedPolicy policy,
              std::size_t mail_size);
  ReportFiles(const ReportFiles&) = delete;
  ReportFiles& operator=(const ReportFiles&) = delete;

  void add(const aggregate::Row& row);

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
  std::unique_ptr<GzipFile> output_;
  std::string text_;
  std::unique_ptr<aggregate::ReportXml> xml_;  ///< writes to text_
};

}  // namespace dmarc::reporting
