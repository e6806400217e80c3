// How the MTA hands a message over, as it was negotiated.
//
// Threads: a value.
#pragma once

namespace dmarc::filter {

struct Transfer {
  /// What stands between a field's colon and its text is part of the value, for the fields that
  /// come and for those that are inserted. Without it the MTA takes away one blank, if there is
  /// one, and writes one in front of what is inserted.
  bool leading_blanks = false;
};

}  // namespace dmarc::filter
