// Where something can be sent: the address of a mailbox, and the place that a reporting URI names.
//
//   auto address = sending::MailAddress::parse("dmarc@Example.org");
//   address->text();   // "dmarc@example.org"
//   auto target = sending::parse_report_uri("mailto:dmarc@example.org");
//   target->mailbox;   // "dmarc@example.org"
//
// A mailbox is fit for an SMTP command and a header field: it has no character that would end
// either, whatever a URI's %XX stood for.
//
// Threads: pure functions and values.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include <dmarc/domain_name.h>

namespace dmarc::sending {

/// Longest local part (RFC 5321 section 4.5.3.1.1 "Local-part").
inline constexpr std::size_t max_local_part = 64;

struct MailAddress {
  /// The local part must be a dot-atom: quoted ones are allowed by the grammar, used by nobody, and
  /// the best way to get something odd into an SMTP command. The error is one clause.
  static tl::expected<MailAddress, std::string> parse(std::string_view text);

  std::string local;
  dns::Name domain;

  std::string text() const { return local + "@" + domain.text(); }
};

/// Where a reporting URI of the tags rua and ruf leads.
struct ReportUri {
  enum class Scheme { mailto, https };

  std::string uri;  ///< as published, without a size suffix
  Scheme scheme = Scheme::mailto;
  dns::Name host;       ///< of the mailbox, or of the URL
  std::string mailbox;  ///< mailto: "local@host", nothing of a "?subject="
};

/// "mailto:dmarc%2Breports@example.org?subject=x" has the mailbox dmarc+reports@example.org. The
/// record parser has checked the URI's form (dmarc/report_uri.h); this decides whether anything can
/// be sent there. A size suffix ("!10m") is dropped. The error is one clause.
tl::expected<ReportUri, std::string> parse_report_uri(std::string_view text);

/// What tells two places apart: the mailbox, whose host has no case, or the URL.
std::string place_of(const ReportUri& target);

}  // namespace dmarc::sending
