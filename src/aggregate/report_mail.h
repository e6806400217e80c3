// The mail that carries an aggregate report (RFC 9990 section 3.5.1 "Transport by Email").
//
//   ReportMail mail{.name = file.name, .from = *settings.email, .to = target.mailbox, ...};
//   const std::string message = compose(mail, gzip_octets);
//
// The same values make the same octets, so that a report which is sent again can be known as such.
// The message has a part for people, and the report as an attachment. Its size is that of the
// attachment by 1.37, which is bounded by ReportMaxSize (config/options).
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aggregate/aggregate_names.h"
#include "sending/address.h"

namespace dmarc::aggregate {

struct ReportMail {
  aggregate::AggregateName name;
  sending::Address from;
  std::string org_name;  ///< UTF-8; may be empty
  std::string to;        ///< the destination's mailbox
  /// For "sendmail -t", which removes it; empty otherwise, and when nobody gets a copy.
  std::string bcc;
  std::int64_t date = 0;
};

/// Lines end with CRLF. `gzip` is the compressed report.
std::string compose(const ReportMail& mail, std::string_view gzip);

}  // namespace dmarc::aggregate
