// A failure report as a mail message (RFC 9991, RFC 6591 "Authentication Failure Reporting Using
// the Abuse Reporting Format", RFC 5965): an explanation for people, the fields for programs, the
// header of the message reported on. Its body is never in it.
//
//   const std::string message = failure_report(incident, {.kind = FailureKind::dmarc, ...});
//
// Whatever the reported message holds, it stays in the part where it belongs: values are printable
// ASCII in lines of limited length, and the boundary is not for anybody to foresee.
//
// Limits: the message has at most about 150 KiB (max_reported_header, quoted). Threads: pure
// functions.
#pragma once

#include <cstdint>
#include <string>

#include "failure/failure_incident.h"
#include "failure/redaction.h"

namespace dmarc::failure {

/// What differs from one report about an incident to the next.
struct FailureLetter {
  FailureKind kind = FailureKind::dmarc;
  std::string from;           ///< the whole value of the field
  std::string to;             ///< an address
  std::string host_name;      ///< of this host, for the Message-ID
  std::string token;          ///< letters and digits, different for each letter and unforeseeable
  std::int64_t date = 0;      ///< seconds since 1970
  std::string version;        ///< of this program
  std::size_t incidents = 1;  ///< like this one, that the report stands for
  const Redactor* redactor = nullptr;  ///< null: nothing is redacted
};

/// The whole message. Lines end with CRLF.
std::string failure_report(const FailureIncident& incident, const FailureLetter& letter);

/// Its middle part: "Feedback-Type: auth-failure" and so on.
std::string feedback_fields(const FailureIncident& incident, const FailureLetter& letter);

}  // namespace dmarc::failure
