// The Author Domain: the domain of the address in the From field (RFC 9989 section 3.2.2 "Author
// Domain", section 5.3.1 "Extract Author Domain").
//
//   mail::Author author = mail::find_author(header_block);
//   if (author.is_clean() && author.domains.size() == 1) ... the usual case
//
// DMARC stands or falls with this parser: it and the recipient's mail program must see the same
// author. So there are two answers. `domains` is what a strict reading of RFC 5322 and RFC 6854
// gives (with the obsolete syntax, with the internationalised addresses of RFC 6532, and with one
// habit of real mail that the grammar forbids: an "@" in an unquoted display name before a single
// <address>). When the strict reading fails, `defect` says why, and `visible` has every domain that
// some lenient reader could take for the author; none of them may be trusted, and none may be left
// unprotected (RFC 9989 section 11.5 "Denial of DMARC Processing Attacks").
//
// Limits: docs/LIMITS.md. Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/header_field.h>

namespace dmarc::mail {

/// Why the From field names no author.
enum class AuthorDefect {
  no_from,       ///< the message has no From field
  several_from,  ///< more than one From field
  no_address,    ///< a From field without any address: empty, "<>", an empty group, a name only
  no_domain,     ///< addresses, but none with a domain name: domain literals or bare local parts
  syntax,  ///< not an RFC 5322 address list: unbalanced quotes or brackets, text after an address,
           ///< ...
  bad_octet,   ///< control characters, or octets that are not UTF-8
  bad_domain,  ///< a domain that can't be a DNS name; Author::detail has the reason
  too_long,  ///< more text, addresses or nesting than the limits allow, or a field that the MTA cut
             ///< off
};

/// One clause for logs and the A-R field, for example "several From fields".
std::string_view describe(AuthorDefect defect);

struct Author {
  /// By the strict reading: the distinct domains in order of appearance. Empty when there is a
  /// defect.
  std::vector<dns::Name> domains;

  std::optional<AuthorDefect> defect;
  /// What exactly was wrong and where, in printable ASCII; empty without a defect.
  std::string detail;

  /// With a defect: every distinct domain that a reader could show or use as the author's, in order
  /// of appearance, at most max_visible + 1 (so that a caller can tell that there were too many).
  /// Without one: the same as `domains`.
  std::vector<dns::Name> visible;

  /// The (first) From value's domain as it was written (case kept, U-labels as they came), for
  /// headers and log lines that OpenDMARC wrote so. Printable ASCII or UTF-8 without controls;
  /// empty when there is none.
  std::string as_written;

  /// The number of From fields.
  std::size_t from_fields = 0;

  bool is_clean() const { return !defect; }

  /// RFC 9989 section 11.5 asks for a bound on the domains of one message.
  static constexpr std::size_t max_visible = 10;
};

Author find_author(std::span<const HeaderField> block);

/// The same for the values of the From fields alone.
Author find_author_in(std::span<const std::string_view> from_values);

}  // namespace dmarc::mail
