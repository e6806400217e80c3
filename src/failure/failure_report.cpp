#include "failure/failure_report.h"

#include "base/ascii.h"
#include "failure/header_text.h"
#include "mail/header_writer.h"
#include "mail/mail_date.h"

namespace dmarc::failure {
namespace {

// A host name has no more.
constexpr std::size_t max_name = 255;

std::string shown_address(const FailureIncident& incident) {
  return incident.client_address.empty() ? "unknown" : incident.client_address;
}

std::string shown_client(const FailureIncident& incident) {
  return incident.client_name.empty() ? shown_address(incident)
                                      : base::printable(incident.client_name).substr(0, max_name);
}

std::string boundary_of(const FailureLetter& letter) {
  return "=_" + letter.token;
}

/// Beyond ASCII there can be a display name at most.
std::string from_text(std::string_view from) {
  const std::size_t bracket = from.rfind('<');
  if (bracket == std::string_view::npos) return std::string(from);
  const std::string_view name = base::trim(from.substr(0, bracket));
  return mail::encode_words(name) + " " + std::string(from.substr(bracket));
}

/// The null return path, Auto-Submitted and the content type each keep other programs from
/// answering (RFC 3834 section 2 "When (not) to send automatic responses").
mail::HeaderWriter header(const FailureIncident& incident, const FailureLetter& letter) {
  mail::HeaderWriter header;
  header.add("From", from_text(letter.from));
  header.add("To", letter.to);
  header.add("Date", mail::mail_date(letter.date));
  header.add("Message-ID", "<" + letter.token + "@" + letter.host_name + ">");
  header.add("Subject", "DMARC failure report for " + incident.author.text() + " received from " +
                            shown_client(incident));
  header.add("Auto-Submitted", "auto-generated");
  header.add("MIME-Version", "1.0");
  header.add("Content-Type", "multipart/report; report-type=feedback-report; boundary=\"" +
                                 boundary_of(letter) + "\"");
  return header;
}

std::string notification(const FailureIncident& incident, const FailureLetter& letter) {
  std::string text =
      "This is an authentication failure report for an email message received from\r\n" +
      shown_client(incident) + " [" + shown_address(incident) + "] on " +
      mail::mail_date(incident.arrival) + ".\r\n";
  if (letter.incidents > 1)
    text += "\r\nIt stands for " + std::to_string(letter.incidents) +
            " messages, of which this is the last.\r\n";
  if (letter.redactor != nullptr)
    text +=
        "\r\nThe local parts of addresses have been replaced by keyed hashes, and links have "
        "been\r\n"
        "cut (RFC 6590).\r\n";
  if (incident.header_cut) text += "\r\nThe header is not shown to its end.\r\n";
  return text;
}

std::string reported_header(const FailureIncident& incident, const Redactor* redactor) {
  if (redactor == nullptr) return header_text(incident.header);
  mail::HeaderBlock redacted;
  for (const mail::HeaderField& field : incident.header)
    redacted.push_back(redactor->field(field));
  return header_text(redacted);
}

std::string part(std::string_view boundary, std::string_view description, std::string_view type,
                 const std::string& content) {
  const bool quote = needs_quoting(content);
  std::string text = "--" + std::string(boundary) + "\r\n";
  text.append("Content-Description: ").append(description).append("\r\n");
  text.append("Content-Type: ").append(type).append("\r\n");
  text.append("Content-Transfer-Encoding: ").append(quote ? "quoted-printable" : "7bit");
  return text + "\r\n\r\n" + (quote ? quoted_printable(content) : content) + "\r\n";
}

}  // namespace

std::string failure_report(const FailureIncident& incident, const FailureLetter& letter) {
  const std::string boundary = boundary_of(letter);
  return header(incident, letter).text() + "\r\n" +
         part(boundary, "Notification", "text/plain; charset=us-ascii",
              notification(incident, letter)) +
         part(boundary, "DMARC failure report", "message/feedback-report",
              feedback_fields(incident, letter)) +
         part(boundary, "Failed message headers", "text/rfc822-headers",
              reported_header(incident, letter.redactor)) +
         "--" + boundary + "--\r\n";
}

}  // namespace dmarc::failure
