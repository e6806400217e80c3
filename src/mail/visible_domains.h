// Which From domains are visible: the lenient reading of a From value that is not a clean address
// list. It finds every domain that some mail program could show, or use, as the author's.
//
//   find_visible_domains("<x@a.example> <jo@b.example>", 10).names   // a.example, b.example
//
// WHAT LENIENT READERS SEE
//
// Mail programs agree about text that follows the grammar and about little else. For each thing
// that they do with the rest there is a reading here; what any of the readings gives is kept. A
// domain too many costs a look-up; a domain too few would let a forged message through.
//
// They take the first address, the last one, or the one in brackets. So each "@" is read:
//
//   <x@a.example> <jo@b.example>       a.example, b.example
//   <x@a.example>jo@b.example          a.example, b.example
//   x@a.example@b.example              a.example, b.example
//   <@a.example:jo@b.example>          a.example, b.example    a source route
//
// They stop at what does not belong into a domain, or they step over it: blanks, comments, quotes,
// control octets. So what follows an "@" is read up to the first such octet, again with all of them
// left out, and each later piece that has a dot inside is read by itself:
//
//   <jo@b.exa mple>                    b.exa, b.example
//   <jo@b.exa(x)mple>                  b.exa, b.example
//   jo@"b.example"                     b.example
//   <jo@b.example^A.c.example>         b.example, c.example, b.example.c.example
//   'jo@b.example'                     b.example               no last label ends so
//   <jo@b.example/.c.example>          b.example/.c.example, b.example, c.example
//   <jo@b..example.>                   b.example               dots at the ends and in a row go
//
// They decode encoded words (RFC 2047) before they look for addresses. So the value is read with
// its encoded words decoded, then as it stands:
//
//   =?utf-8?q?jo=40b.example?= <x@a.example>      b.example, a.example
//
// They take octets that are not UTF-8 for Latin-1, drop them, or end there. The wide and the small
// form of "@" (U+FF20, U+FE6B) count as "@":
//
//   <jo@m\xfcller.example>             xn--mller-kva.example, mller.example, m, ller.example
//
// They obey characters that turn the direction of writing, so that the text shows backwards. Where
// there is one, the value is read backwards, too:
//
//   <U+202E elpmaxe.b@oj>              oj, b.example
//
// Of a name that is too long for the DNS the rightmost labels that fit are kept, because its
// Organizational Domain is there. IP addresses are not names: <jo@[192.0.2.1]> gives nothing.
//
// Limits: 64 KiB at each end of the value, 2,000 texts tried as a name (mail/limits.h); past them
// `complete` is false. Work grows with the length of the text. Threads: a pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>

namespace dmarc::mail {

struct VisibleDomains {
  /// Distinct, in the order in which the readings find them.
  std::vector<dns::Name> names;
  /// The first of them as it stood in the text: printable ASCII or UTF-8 without controls.
  std::string as_written;
  /// False when there was more to look at than the limits allow.
  bool complete = true;
  /// Every "@" of the text as it stands has a name behind it, and no name was too long.
  bool exact = true;
};

/// The text with the wide and the small form of "@" (U+FF20, U+FE6B) as the plain one.
std::string with_plain_ats(std::string_view text);

/// Stops after `max_names`.
VisibleDomains find_visible_domains(std::string_view value, std::size_t max_names);

}  // namespace dmarc::mail
