// The grammar of opendmarc.conf: one option a line.
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

}  // namespace dmarc::config
