// The lenient reading of a From value that is no clean address list: every domain that some mail
// program could show, or use, as the author's.
//
// Mail programs differ in what they do with text that breaks the grammar: they take the first
// address or the last, drop blanks, comments, quotes or what they can't decode, decode encoded
// words before they look for addresses, stop at an octet they don't like or step over it. So each
// "@" is read in all of these ways, in the text as it stands, with its encoded words decoded, and
// backwards where a control character makes it show backwards. What one of the readings gives is
// kept. A domain too many costs a look-up; one too few would be an open door.
//
// Threads: a pure function. Work grows with the length of the text (mail/limits.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>

namespace dmarc::mail {

struct VisibleDomains {
  /// Distinct, in order of appearance.
  std::vector<dns::Name> names;
  /// The first of them as it stood in the text: printable ASCII or UTF-8 without controls.
  std::string as_written;
  /// False when there was more to look at than the limits allow.
  bool complete = true;
};

/// Stops after `max_names`.
VisibleDomains find_visible_domains(std::string_view value, std::size_t max_names);

}  // namespace dmarc::mail
