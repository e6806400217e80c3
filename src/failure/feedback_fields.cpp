#include <algorithm>

#include "base/ascii.h"
#include "failure/failure_report.h"
#include "mail/mail_date.h"

namespace dmarc::failure {
namespace {

// Far below the 998 octets of a line, and beyond what any of these values needs.
constexpr std::size_t max_value = 512;

class Fields {
 public:
  void add(std::string_view name, std::string_view value) {
    // An octet may take four characters.
    add_line(name, base::printable(value, max_value).substr(0, max_value));
  }
  /// With the line breaks that it has.
  void add_line(std::string_view name, std::string_view value) {
    text_.append(name).append(": ").append(value).append("\r\n");
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view to_string(FailureIncident::Delivery delivery) {
  switch (delivery) {
    case FailureIncident::Delivery::delivered:
      break;
    case FailureIncident::Delivery::policy:
      return "policy";
    case FailureIncident::Delivery::reject:
      return "reject";
    case FailureIncident::Delivery::other:
      return "other";
  }
  return "delivered";
}

/// RFC 6591 section 3.3 "Authentication Failure Types"; "dmarc" is RFC 9991's. What exactly was
/// wrong with a signature its verifier alone knows.
std::string_view failure_type(FailureKind kind) {
  switch (kind) {
    case FailureKind::dmarc:
      break;
    case FailureKind::dkim:
      return "signature";
    case FailureKind::spf:
      return "spf";
  }
  return "dmarc";
}

/// One result a line.
std::string folded(std::string_view results) {
  std::string text;
  for (const std::string_view part : base::split(results, ';'))
    text.append(text.empty() ? "" : ";\r\n\t").append(base::trim(part).substr(0, max_value));
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text.append(text.empty() ? "" : ", ").append(word);
  return text.empty() ? "none" : text;
}

std::string sender_text(const mail::ReversePath& sender, const Redactor* redactor) {
  if (!sender.domain) return redactor == nullptr ? sender.text : redactor->text(sender.text);
  const std::string local =
      redactor == nullptr ? sender.local_part : redactor->local_part(sender.local_part);
  return local + "@" + sender.domain->text();
}

/// The address, with the name that the MTA has found for it as a comment.
std::string source_text(const FailureIncident& incident) {
  const auto name = dns::Name::parse(incident.client_name);
  if (!name || !name->is_hostname() || name->label_count() < 2) return incident.client_address;
  return incident.client_address + " (" + name->text() + ")";
}

/// A quoted-string (RFC 5322 section 3.2.4 "Quoted Strings") of printable ASCII.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text.substr(0, max_value)) {
    if (c == '"' || c == '\\') result += '\\';
    result += base::is_control(c) || base::is_eight_bit(c) ? '?' : c;
  }
  return result + "\"";
}

void add_authentication(Fields& fields, const FailureIncident& incident, FailureKind kind,
                        const Redactor* redactor) {
  if (kind != FailureKind::spf && incident.failed_signature) {
    const auto& [domain, selector, identity] = *incident.failed_signature;
    fields.add("DKIM-Domain", domain.text());
    fields.add("DKIM-Identity", redactor == nullptr ? identity : redactor->text(identity));
    fields.add("DKIM-Selector", selector);
  }
  if (kind != FailureKind::dkim && incident.failed_spf && !incident.failed_spf->record.empty()) {
    fields.add_line("SPF-DNS", "txt : " + incident.failed_spf->domain.text() + " :\r\n\t" +
                                   quoted(incident.failed_spf->record));
  }
}

}  // namespace

/// In OpenDMARC's order; behind Reported-Domain is what that program left out.
std::string feedback_fields(const FailureIncident& incident, const FailureLetter& letter) {
  Fields fields;
  fields.add("Feedback-Type", "auth-failure");
  fields.add("Version", "1");
  fields.add("User-Agent", "OpenDMARC-Filter/" + letter.version);
  fields.add("Auth-Failure", failure_type(letter.kind));
  fields.add_line("Authentication-Results", folded(incident.results));
  fields.add("Original-Envelope-Id", incident.job_id);
  fields.add("Original-Mail-From", sender_text(incident.sender, letter.redactor));
  fields.add("Arrival-Date", mail::mail_date(incident.arrival));
  fields.add("Delivery-Result", to_string(incident.delivery));
  if (!incident.client_address.empty()) fields.add("Source-IP", source_text(incident));
  fields.add("Reported-Domain", incident.author.text());
  fields.add("Identity-Alignment", joined(incident.unaligned));
  add_authentication(fields, incident, letter.kind, letter.redactor);
  if (letter.incidents > 1) fields.add("Incidents", std::to_string(letter.incidents));
  return fields.take();
}

}  // namespace dmarc::failure
