// The lines of a file of any size, one at a time, in bounded memory.
//
//   base::LineReader lines(fd);
//   while (lines.next()) use(lines.number(), lines.text());
//
// Ownership: the descriptor stays the caller's and must outlive the reader. Threads: one.
// Limits: of a line longer than max_line, only the first octets are kept; is_cut() says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::base {

class LineReader {
 public:
  static constexpr std::size_t max_line = 64 * 1024;

  explicit LineReader(int fd) : fd_(fd), buffer_(4 * max_line) {}

  /// Goes to the next line; false at the end, or when reading failed.
  bool next();

  /// The line without its LF; valid until the next call.
  std::string_view text() const { return text_; }
  std::uint64_t number() const { return number_; }  ///< from 1
  /// True for a last line without LF: whoever wrote it may not have finished.
  bool is_unfinished() const { return unfinished_; }
  bool is_cut() const { return cut_; }
  /// Octets of the lines so far.
  std::uint64_t offset() const { return offset_; }
  /// The errno value of a failed read; 0 otherwise.
  int error() const { return error_; }

 private:
  bool fill();
  void take(std::size_t length, std::size_t ending);

  int fd_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< what has not been handed out yet
  std::size_t end_ = 0;
  std::string_view text_;
  std::uint64_t number_ = 0;
  std::uint64_t offset_ = 0;
  bool unfinished_ = false;
  bool cut_ = false;
  bool at_end_ = false;
  int error_ = 0;
};

}  // namespace dmarc::base
