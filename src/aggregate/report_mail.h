// The mail that carries an aggregate report, and what the report is called: its file and the
// subject of the mail (RFC 9990 section 3.5.1 "Transport by Email").
//
//   const ReportName name{"mx.example.net", "example.org", period, "3f2a91"};
//   file_name(name);   // "mx.example.net!example.org!1763856000!1763942400!3f2a91.xml.gz"
//   subject(name);
//   // "Report Domain: example.org Submitter: mx.example.net Report-ID: <3f2a91>"
//
//   const ReportMail mail{.name = name, .from = *settings.email, .to = target.mailbox, ...};
//   const std::string message = compose(mail, gzip_octets);
//
// The same values give the same octets, so a report that is sent again can be recognized. The
// message has a part for people, and the report as an attachment. It is 1.37 times as large as the
// attachment, which ReportMaxSize limits (config/options_reports.h).
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aggregate/period.h"
#include "sending/addresses.h"

namespace dmarc::aggregate {

struct ReportName {
  std::string receiver;  ///< the domain name of whoever reports
  std::string domain;    ///< the DMARC Policy Domain
  Period period;
  std::string report_id;  ///< [A-Za-z0-9]
};

/// The identifier of a part of a report that was split by size; part 1 keeps the report's own.
std::string part_id(const std::string& report_id, unsigned part);

/// A safe name of at most 255 octets for any domain: odd octets become %XX, of a longer domain the
/// end is kept.
std::string file_name(const ReportName& name);
std::string subject(const ReportName& name);

struct ReportMail {
  ReportName name;
  sending::MailAddress from;
  std::string org_name;  ///< UTF-8; may be empty
  std::string to;        ///< the destination's mailbox
  /// For "sendmail -t", which removes it; empty otherwise, and when nobody gets a copy.
  std::string bcc;
  std::int64_t date = 0;
};

/// Lines end with CRLF. `gzip` is the compressed report.
std::string compose(const ReportMail& mail, std::string_view gzip);

}  // namespace dmarc::aggregate
