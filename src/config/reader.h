// The grammar of opendmarc.conf, one option a line, and of the two forms of lists: in one value,
// and in a file of their own.
//
//   # a comment
//   RejectFailures true
//
// A name, blanks, a value to the end of the line; blanks around either are dropped, those inside a
// value stay. "#" cuts the line wherever it stands, there are no quotes and no escapes. Names have
// no case. The last of several lines with one name counts. Lines may end with CR LF; a byte order
// mark at the start is skipped.
//
// Limits: max_line octets a line. Threads: a pure function.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/values.h"

namespace dmarc::config {

/// No value is near this long; what is longer is not a configuration file.
inline constexpr std::size_t max_line = 64 * 1024;

struct LineError {
  unsigned line = 0;
  /// Begins with OpenDMARC's words ("unrecognized parameter", "required value missing", "illegal
  /// value"), on which scripts rely; what follows is help.
  std::string reason;
};

tl::expected<Values, LineError> read_values(std::string_view text);

/// The parts between commas, without blanks around them and cut at the first blank inside. Empty
/// parts vanish.
std::vector<std::string> split_list(std::string_view value);

/// The parts between commas or blanks. Empty parts vanish.
std::vector<std::string> split_words(std::string_view value);

struct ListEntry {
  std::string text;
  unsigned line = 0;
};

/// The entries of a list file: the first word of each line, "#" begins a comment.
std::vector<ListEntry> parse_list_file(std::string_view text);

}  // namespace dmarc::config
