// The argument of MAIL FROM (RFC 5321 section 4.1.2 "Command Argument Syntax"). It is parsed once:
// what SPF checks is the value that is aligned, logged and reported.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <dmarc/domain_name.h>

namespace dmarc::mail {

struct ReversePath {
  enum class Kind {
    null,     ///< "<>"
    mailbox,  ///< local part and domain name
    literal,  ///< a mailbox at an address literal ("user@[192.0.2.1]"): no domain, authenticates
              ///< nothing
    invalid,  ///< anything else, such as a bare local part; authenticates nothing
  };

  Kind kind = Kind::invalid;
  /// For a mailbox: the local part with quoting removed; may hold UTF-8 (RFC 6531).
  std::string local_part;
  /// For a mailbox.
  std::optional<dns::Name> domain;
  /// The argument without surrounding angle brackets, as it came, for logs and reports (may
  /// hold unprintable octets).
  std::string text;
  /// For `invalid`: what is wrong, in printable ASCII.
  std::string detail;
};

/// `argument` is the first argument of a milter's MAIL event, with or without angle brackets. An
/// obsolete source route and a trailing dot of the domain are dropped. A domain with octets outside
/// letters, digits, hyphen and underscore after IDNA is invalid.
ReversePath parse_reverse_path(std::string_view argument);

}  // namespace dmarc::mail
