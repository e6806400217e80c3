// Whether every reader of a From value that is not a clean address list takes it for the same one
// domain. Genuine mail has such values: `Doe, Jo <jo@b.example>`, `Jo <mailto:jo@b.example>`,
// `"Jo <jo@b.example>`.
//
//   const VisibleDomains seen = find_visible_domains(value, 2);
//   if (readers_agree(value, seen)) ... seen.names.front() is the author's domain
//
// The search for visible domains finds whatever stands behind an "@", so it must have found one
// domain alone. What else has to hold is that nobody sees an author where no "@" is, or none where
// one is:
//
//   - each "@" has the domain behind it, and at least one stands there plainly, neither in an
//     encoded word nor in its wide form (`=?utf-8?q?jo=40b.example?=`, `<x@[192.0.2.1]> ...`);
//   - encoded words are read alike by all, see all_decode_alike();
//   - there is no "@" in the escapes of another format: "%40", "=40", "&#64;";
//   - no wide "@" in an East Asian encoding other than UTF-8;
//   - no character turns the direction of writing;
//   - angle brackets hold no domain without an "@" (`x@a.example <b.example>`), and nothing that
//     could continue a domain follows them at once (`<x@a.example>.b.example`).
//
// A value that fails one of these is not refused for it: it is judged by all visible domains.
//
// Threads: a pure function. Work grows with the length of the text.
#pragma once

#include <string_view>

#include "mail/visible_domains.h"

namespace dmarc::mail {

/// `seen` is what find_visible_domains() finds in `value` when it may find two or more.
bool readers_agree(std::string_view value, const VisibleDomains& seen);

}  // namespace dmarc::mail
