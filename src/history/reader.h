// Reads history files: ours, and OpenDMARC's of both generations (1.4.2 had no spf_scope and no
// fo).
//
//   history::Reader reader(fd);
//   while (auto record = reader.next()) {
//     if (record->entry) import(*record->entry);
//     else set_aside(record->text, record->line, record->problem);
//   }
//
// A record begins with its "job" line and ends where the next one begins. A record that breaks any
// rule is returned as it stands, with the line and the reason, and reading goes on behind it. Empty
// lines, lines that begin with "#" and lines with a key that is not known are skipped.
//
// Ownership: the descriptor stays the caller's. Threads: one.
// Limits: max_record_lines lines of a record; max_signatures signatures are kept, the rest counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/read_file.h"
#include "history/entry.h"

namespace dmarc::history {

class Fields;

class Reader {
 public:
  /// RFC 9990 section 3.1.1.10 "DKIM Signatures in Aggregate Reports" asks for no more in a row.
  static constexpr std::size_t max_signatures = 100;
  static constexpr std::size_t max_record_lines = 1000;

  struct Record {
    std::optional<Entry> entry;
    std::uint64_t line = 0;  ///< where it begins; of a problem, the line that is wrong
    std::string problem;     ///< one clause in printable ASCII
    std::string text;        ///< all its lines, when there is no entry
  };

  explicit Reader(int fd) : lines_(fd) {}

  /// Nothing at the end of the file, or when reading failed.
  std::optional<Record> next();

  std::uint64_t offset() const { return lines_.offset(); }  ///< octets read so far
  int error() const { return lines_.error(); }              ///< errno of a failed read, or 0

 private:
  void reject(Record& record, std::string problem) const;
  void read_line(Fields& fields, std::size_t count, Record& record);

  base::LineReader lines_;
  std::string text_;       ///< of the record that is being read
  bool has_line_ = false;  ///< lines_ stands at the "job" line of the next record
};

}  // namespace dmarc::history
