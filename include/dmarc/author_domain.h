// The Author Domain: the domain of the address in the From field (RFC 9989 section 3.2.2 "Author
// Domain", section 5.3.1 "Extract Author Domain").
//
//   mail::Author author = mail::find_author(header_block);
//   if (author.is_clean() && author.domains.size() == 1) ... the usual case
//
// This parser and the recipient's mail program have to see the same author, or DMARC protects
// nobody. So there are two answers. `domains` is what a strict reading of RFC 5322 and RFC 6854
// gives. When that fails, `defect` says why, and `visible` has every domain that some lenient
// reader could take for the author. When they all take the same one, it is the author's in spite of
// the defect: `domains` has it. Otherwise none of them may be trusted, and none may be left
// unprotected (RFC 9989 section 11.5 "Denial of DMARC Processing Attacks"). With too_long even
// `visible` may lack some.
//
// The strict reading is the full grammar: comments, groups, domain literals, the obsolete syntax
// with its source routes and blanks between tokens, the internationalised addresses of RFC 6532.
// Genuine mail breaks the grammar in ways that leave no doubt about the address. Accepted beyond
// the grammar are
// - "@", ":", ".", "[" and "]" in an unquoted display name before the only address of the field, if
//   that is in angle brackets and last: `jo@a.example <jo@b.example>`, `[Tag] News: Jo
//   <jo@b.example>` (but not "@" together with ":");
// - dots in a row, and at both ends of an unquoted local part, as in `jo..@b.example`;
// - octets that are not UTF-8 in display names and comments, unless there is a backslash as
//   well: in some older encodings that octet is the second half of a character and escapes
//   nothing;
// - lines folded with LF alone.
// Refused although the grammar allows it are
// - control octets, which the obsolete syntax has in comments and quoted strings;
// - encoded words (RFC 2047) and bidirectional controls in an address;
// - a domain literal that holds anything but an IP address;
// - a domain that the DNS can't have, or whose last label has other octets than letters, digits,
//   hyphens and underscores, such as `'jo@b.example'`.
//
// Limits: 59,000 octets, 100 addresses, comments 32 deep.
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/header_field.h>

namespace dmarc::mail {

/// Why the From field is not a clean one.
enum class AuthorDefect {
  no_from,       ///< the message has no From field
  several_from,  ///< more than one From field
  no_address,    ///< well-formed, but no address: empty groups ("undisclosed-recipients:;")
  no_domain,     ///< well-formed, but no domain name: domain literals ("jo@[192.0.2.1]")
  syntax,  ///< not an RFC 5322 address list: an empty field, "<>", a bare name, unbalanced quotes
           ///< or brackets, text after an address, ...
  bad_octet,   ///< control characters, or octets that are not UTF-8
  bad_domain,  ///< a domain that can't be a DNS name; Author::detail has the reason
  too_long,    ///< more text, addresses or nesting than the limits allow, or a field that the MTA
               ///< cut off
};

/// One clause for logs and the A-R field, for example "several From fields".
std::string_view describe(AuthorDefect defect);

struct Author {
  /// By the strict reading: the distinct domains in order of appearance. With a defect: the one
  /// domain that every reader sees, or nothing.
  std::vector<dns::Name> domains;

  std::optional<AuthorDefect> defect;
  /// What exactly was wrong and where, in printable ASCII; empty without a defect.
  std::string detail;

  /// Every distinct domain that a reader could show or use as the author's, in order of appearance.
  /// Without a defect: `domains`, followed by the hosts of source routes
  /// ("<@a.example:jo@b.example>"), which mean nothing but which some readers show. With a defect:
  /// at most max_visible + 1, so that a caller can tell that there were too many.
  std::vector<dns::Name> visible;

  /// The (first) From value's domain as it was written (case kept, U-labels as they came), for
  /// headers and log lines that OpenDMARC wrote so. Printable ASCII or UTF-8 without controls;
  /// empty when there is none.
  std::string as_written;

  /// The number of From fields.
  std::size_t from_fields = 0;

  bool is_clean() const { return !defect; }

  /// There is a defect, but no doubt about the domain: "Doe, Jo <jo@b.example>".
  bool is_recovered() const { return defect && !domains.empty(); }

  /// True when the field (or its number) breaks the rules above, as opposed to a well-formed one
  /// that names no domain.
  bool is_malformed() const {
    return defect && defect != AuthorDefect::no_address && defect != AuthorDefect::no_domain;
  }

  /// RFC 9989 section 11.5 asks for a bound on the domains of one message.
  static constexpr std::size_t max_visible = 10;
};

Author find_author(std::span<const HeaderField> block);

/// The same for the values of the From fields alone.
Author find_author_in(std::span<const std::string_view> from_values);

}  // namespace dmarc::mail
