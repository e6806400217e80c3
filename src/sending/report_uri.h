// Where a reporting URI of the tags rua and ruf leads.
//
//   auto target = sending::parse_report_uri("mailto:dmarc%2Breports@example.org?subject=x");
//   target->mailbox;   // "dmarc+reports@example.org"
//
// The record parser has found the URI's form to be right (dmarc/report_uri.h); here is decided
// whether a message can be sent there. A mailbox is fit for an SMTP command: it has no character
// that would end it or another command's, whatever the URI's %XX stood for.
//
// Threads: pure functions.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>

#include <dmarc/domain_name.h>

namespace dmarc::sending {

struct ReportUri {
  enum class Scheme { mailto, https };

  std::string uri;  ///< as published
  Scheme scheme = Scheme::mailto;
  dns::Name host;       ///< of the mailbox, or of the URL
  std::string mailbox;  ///< mailto: "local@host", nothing of a "?subject="
};

/// The error is one clause.
tl::expected<ReportUri, std::string> parse_report_uri(std::string_view uri);

}  // namespace dmarc::sending
