#include "failure/report.h"

#include <algorithm>

#include "base/ascii.h"
#include "mail/header_writer.h"

namespace dmarc::failure {
namespace {

// A host name has no more.
constexpr std::size_t max_name = 255;

std::string shown_address(const Incident& incident) {
  return incident.client_address.empty() ? "unknown" : incident.client_address;
}

std::string shown_client(const Incident& incident) {
  return incident.client_name.empty() ? shown_address(incident)
                                      : base::printable(incident.client_name).substr(0, max_name);
}

std::string boundary_of(const Report& report) {
  return "=_" + report.token;
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
mail::HeaderWriter header(const Incident& incident, const Report& report) {
  mail::HeaderWriter header;
  header.add("From", from_text(report.from));
  header.add("To", report.to);
  header.add("Date", mail::mail_date(report.date));
  header.add("Message-ID", "<" + report.token + "@" + report.host_name + ">");
  header.add("Subject", "DMARC failure report for " + incident.author.text() + " received from " +
                            shown_client(incident));
  header.add("Auto-Submitted", "auto-generated");
  header.add("MIME-Version", "1.0");
  header.add("Content-Type", "multipart/report; report-type=feedback-report; boundary=\"" +
                                 boundary_of(report) + "\"");
  return header;
}

std::string notification(const Incident& incident, const Report& report) {
  std::string text =
      "This is an authentication failure report for an email message received from\r\n" +
      shown_client(incident) + " [" + shown_address(incident) + "] on " +
      mail::mail_date(incident.arrival) + ".\r\n";
  if (report.incidents > 1)
    text += "\r\nIt stands for " + std::to_string(report.incidents) +
            " messages, of which this is the last.\r\n";
  if (report.redactor != nullptr)
    text +=
        "\r\nThe local parts of addresses have been replaced by keyed hashes, and links have "
        "been\r\n"
        "cut (RFC 6590).\r\n";
  if (incident.header_cut) text += "\r\nThe header is not shown to its end.\r\n";
  return text;
}

std::string reported_header(const Incident& incident, const Redactor* redactor) {
  if (redactor == nullptr) return header_text(incident.header);
  mail::HeaderBlock redacted;
  for (const mail::HeaderField& field : incident.header)
    redacted.add(field.name, redactor->value(field));
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

std::string compose(const Incident& incident, const Report& report) {
  const std::string boundary = boundary_of(report);
  return header(incident, report).text() + "\r\n" +
         part(boundary, "Notification", "text/plain; charset=us-ascii",
              notification(incident, report)) +
         part(boundary, "DMARC failure report", "message/feedback-report",
              feedback_fields(incident, report)) +
         part(boundary, "Failed message headers", "text/rfc822-headers",
              reported_header(incident, report.redactor)) +
         "--" + boundary + "--\r\n";
}

// --- The fields for programs ---------------------------------------------------------------------

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

std::string_view to_string(Incident::Delivery delivery) {
  switch (delivery) {
    case Incident::Delivery::delivered:
      break;
    case Incident::Delivery::policy:
      return "policy";
    case Incident::Delivery::reject:
      return "reject";
    case Incident::Delivery::other:
      return "other";
  }
  return "delivered";
}

/// RFC 6591 section 3.3 "Authentication Failure Types"; "dmarc" is RFC 9991's. What exactly was
/// wrong with a signature its verifier alone knows.
std::string_view failure_type(const Incident& incident, Kind kind) {
  switch (kind) {
    case Kind::dmarc:
      break;
    case Kind::dkim:
      return incident.failed_signature ? incident.failed_signature->type : "signature";
    case Kind::spf:
      return "spf";
  }
  return "dmarc";
}

/// One result on each line.
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
std::string source_text(const Incident& incident) {
  const auto name = dns::Name::parse(incident.client_name);
  if (!name || !name->is_hostname() || name->label_count() < 2) return incident.client_address;
  return incident.client_address + " (" + name->text() + ")";
}

/// A quoted-string (RFC 5322 section 3.2.4 "Quoted Strings") of printable ASCII.
std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text.substr(0, max_value)) {
    if (c == '"' || c == '\\') result += '\\';
    result += base::is_control(c) || base::is_eight_bit(c) ? '?' : c;
  }
  return result + "\"";
}

void add_authentication(Fields& fields, const Incident& incident, Kind kind,
                        const Redactor* redactor) {
  if (kind != Kind::spf && incident.failed_signature) {
    const Incident::Signature& signature = *incident.failed_signature;
    fields.add("DKIM-Domain", signature.domain.text());
    fields.add("DKIM-Identity",
               redactor == nullptr ? signature.identity : redactor->text(signature.identity));
    fields.add("DKIM-Selector", signature.selector);
  }
  if (kind != Kind::dkim && incident.failed_spf && !incident.failed_spf->record.empty()) {
    fields.add_line("SPF-DNS", "txt : " + incident.failed_spf->domain.text() + " :\r\n\t" +
                                   in_quotes(incident.failed_spf->record));
  }
}

}  // namespace

/// In OpenDMARC's order; what follows Reported-Domain is what that program left out.
std::string feedback_fields(const Incident& incident, const Report& report) {
  Fields fields;
  fields.add("Feedback-Type", "auth-failure");
  fields.add("Version", "1");
  fields.add("User-Agent", "OpenDMARC-Filter/" + report.version);
  fields.add("Auth-Failure", failure_type(incident, report.kind));
  fields.add_line("Authentication-Results", folded(incident.results));
  fields.add("Original-Envelope-Id", incident.job_id);
  fields.add("Original-Mail-From", sender_text(incident.sender, report.redactor));
  fields.add("Arrival-Date", mail::mail_date(incident.arrival));
  fields.add("Delivery-Result", to_string(incident.delivery));
  if (!incident.client_address.empty()) fields.add("Source-IP", source_text(incident));
  fields.add("Reported-Domain", incident.author.text());
  fields.add("Identity-Alignment", joined(incident.unaligned));
  add_authentication(fields, incident, report.kind, report.redactor);
  if (report.incidents > 1) fields.add("Incidents", std::to_string(report.incidents));
  return fields.take();
}

// --- The header of the message -------------------------------------------------------------------

namespace {

constexpr std::size_t max_line = 998;
constexpr std::size_t max_quoted_line = 76;

/// RFC 5322 section 2.2 "Header Fields": printable ASCII but the colon.
std::string name_text(std::string_view name) {
  std::string text(name);
  std::ranges::replace_if(
      text, [](char c) { return c <= ' ' || c == ':' || c == 0x7f || base::is_eight_bit(c); }, '?');
  return text.empty() ? "?" : text;
}

std::string line_text(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string text(line);
  std::ranges::replace_if(
      text, [](char c) { return base::is_control(c) && c != '\t'; }, '?');
  return text;
}

/// The lines of a field's value; those behind the first begin with a blank and hold something else.
std::string value_text(std::string_view value) {
  std::string text;
  bool first = true;
  for (const std::string_view part : base::split(value, '\n')) {
    const std::string line = line_text(part);
    if (!first && base::trim(line).empty()) continue;
    if (!first) text.append("\r\n").append(base::is_blank(line.front()) ? "" : "\t");
    text += line;
    first = false;
  }
  return text;
}

bool goes_unquoted(char c, bool last_of_line) {
  if (base::is_blank(c)) return !last_of_line;
  return c != '=' && !base::is_eight_bit(c) && !base::is_control(c);
}

void add_quoted(std::string& text, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto octet = static_cast<unsigned char>(c);
  text.append(1, '=').append(1, digits[octet >> 4]).append(1, digits[octet & 0xf]);
}

}  // namespace

std::string header_text(std::span<const mail::HeaderField> fields) {
  std::string text;
  for (const mail::HeaderField& field : fields) {
    std::string_view value = field.value;
    if (value.starts_with(' ')) value.remove_prefix(1);
    text.append(name_text(field.name)).append(": ").append(value_text(value)).append("\r\n");
  }
  return text;
}

bool needs_quoting(std::string_view text) {
  return std::ranges::any_of(text, base::is_eight_bit) ||
         std::ranges::any_of(base::split(text, '\n'),
                             [](std::string_view line) { return line.size() > max_line; });
}

std::string quoted_printable(std::string_view text) {
  std::string result;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\r\n") {
      result += "\r\n";
      column = 0;
      ++i;
      continue;
    }
    // Room for three characters and the "=" of a line that goes on.
    if (column + 4 > max_quoted_line) {
      result += "=\r\n";
      column = 0;
    }
    const std::size_t before = result.size();
    if (goes_unquoted(text[i], text.substr(i + 1, 2) == "\r\n"))
      result += text[i];
    else
      add_quoted(result, text[i]);
    column += result.size() - before;
  }
  return result;
}

}  // namespace dmarc::failure
