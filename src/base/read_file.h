// Reading a file: a small one whole, as one string (configuration, lists, zones), or one of any
// size line by line, in bounded memory.
//
//   auto text = base::read_file("/etc/opendmarc.conf");
//   if (!text) complain(base::error_text(text.error()));
//
//   base::LineReader lines(fd);
//   while (lines.next()) use(lines.number(), lines.text());
//
// Ownership: the descriptor of a LineReader stays the caller's and must outlive it. Threads: one.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error_text.h"

namespace dmarc::base {

/// Far above any file that people edit, low enough that a wrong path (a device, a mail store) does
/// not fill the memory.
inline constexpr std::size_t max_text_file = 64 * 1024 * 1024;

/// The error is an errno value: that of open(2) or read(2), EFBIG for more than `limit` octets,
/// ETIMEDOUT for a pipe or a device that has not come to its end after five seconds.
tl::expected<std::string, int> read_file(const std::string& path,
                                         std::size_t limit = max_text_file);

/// The same from a descriptor that is open already, which stays open.
tl::expected<std::string, int> read_descriptor(int fd, std::size_t limit = max_text_file);

/// Of a line longer than max_line only the first octets are kept; is_cut() says so.
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
