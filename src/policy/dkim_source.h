// Where a message's DKIM results come from: verified here, or claimed by a filter in front.
//
//   message                            auto       true      false
//   signed                             own        own       matched
//   unsigned, header at most 60 KiB    upstream   nothing   upstream
//   unsigned, larger                   nothing    nothing   nothing
//
// A message is signed when it has a DKIM-Signature field, whatever is in it. An unsigned message
// has nothing that a DKIM filter could have found good, unless somebody took the signatures out;
// what a trusted filter says of it is believed because OpenDMARC does. Filters in front stop
// looking at headers of 64 KiB, so what stands in such a header was seen by nobody.
//
// Threads: pure functions.
#pragma once

#include <cstddef>

#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

enum class DkimSource {
  nothing,
  own,       ///< the signatures are verified here, and nothing else counts
  upstream,  ///< believed fields
  matched,   ///< believed fields, each pass of which has a signature in the message
};

/// Octets of names, colons, values and line ends up to which an unsigned message's fields are
/// believed.
inline constexpr std::size_t max_believed_header = 60 * 1024;

DkimSource dkim_source(const Message& message, const Settings& settings);

}  // namespace dmarc::policy
