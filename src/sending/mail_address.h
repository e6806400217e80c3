// The address of a mailbox that something is sent to, or in whose name.
//
//   auto address = sending::MailAddress::parse("dmarc@Example.org");
//   address->text();   // "dmarc@example.org"
//
// Fit for an SMTP command and a header field: it has no character that would end either.
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

}  // namespace dmarc::sending
