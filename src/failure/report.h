// What goes into a failure report: a mail message (RFC 9991, RFC 6591 "Authentication Failure
// Reporting Using the Abuse Reporting Format", RFC 5965) with an explanation for people, the fields
// for programs, and the header of the message reported on. The body of that message is never in it.
//
//   const Report report{.kind = Kind::dmarc, .to = "f@example.org", ...};
//   const std::string message = compose(incident, report);
//
// Whatever the reported message holds, it stays in the part where it belongs: values are printable
// ASCII in lines of limited length, every line of the header is a field or the continuation of one,
// and nobody can predict the boundary.
//
// Threads: pure functions.
// Limits: the message has at most about 150 KiB (max_reported_header, quoted).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <dmarc/header_field.h>

#include "failure/incident.h"
#include "failure/redaction.h"

namespace dmarc::failure {

/// What differs from one report about an incident to the next.
struct Report {
  Kind kind = Kind::dmarc;
  std::string from;           ///< the whole value of the field
  std::string to;             ///< an address
  std::string host_name;      ///< of this host, for the Message-ID
  std::string token;          ///< letters and digits, different for each report and unpredictable
  std::int64_t date = 0;      ///< seconds since 1970
  std::string version;        ///< of this program
  std::size_t incidents = 1;  ///< like this one, that the report stands for
  const Redactor* redactor = nullptr;  ///< null: nothing is redacted
};

/// The whole message. Lines end with CRLF.
std::string compose(const Incident& incident, const Report& report);

/// Its middle part: "Feedback-Type: auth-failure" and so on.
std::string feedback_fields(const Incident& incident, const Report& report);

/// Its last part, the header (RFC 6522 section 4 "The text/rfc822-headers Media Type"). Nothing in
/// the fields can end the header or begin a field of its own. Lines end with CRLF.
std::string header_text(std::span<const mail::HeaderField> fields);

/// True when the text can't travel as it is: octets beyond ASCII, or lines longer than the 998
/// octets of RFC 5322 section 2.1.1 "Line Length Limits".
bool needs_quoting(std::string_view text);

/// RFC 2045 section 6.7 "Quoted-Printable Content-Transfer-Encoding"; line ends stay.
std::string quoted_printable(std::string_view text);

}  // namespace dmarc::failure
