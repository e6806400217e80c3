#include "aggregate/report_mail.h"

#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/encoding.h"
#include "mail/header_writer.h"

namespace dmarc::aggregate {
namespace {

std::string in_quotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

/// The longest name of a file, and octets of it for a host name.
constexpr std::size_t max_file_name = 255;
constexpr std::size_t max_receiver = 80;

/// A domain as a part of a file name: what is not a letter, a digit, a dot, a hyphen or an
/// underscore becomes %XX; of a longer one the end is kept. The report's identifier keeps names
/// apart.
std::string name_part(std::string_view domain, std::size_t limit) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::vector<std::string> characters;
  for (const char c : domain) {
    const auto octet = static_cast<unsigned char>(c);
    if (base::is_alnum(c) || c == '.' || c == '-' || c == '_')
      characters.emplace_back(1, c);
    else
      characters.push_back({'%', digits[octet / 16], digits[octet % 16]});
  }
  std::size_t octets = 0;
  auto first = characters.end();
  while (first != characters.begin() && octets + (first - 1)->size() <= limit)
    octets += (--first)->size();
  // No name begins with a dot or a hyphen: one is hidden, the other an option.
  while (first != characters.end() && (*first == "." || *first == "-"))
    ++first;
  std::string text;
  for (; first != characters.end(); ++first)
    text += *first;
  return text;
}

std::string from_value(const ReportMail& mail) {
  if (mail.org_name.empty()) return mail.from.text();
  return mail::display_name(mail.org_name) + " <" + mail.from.text() + ">";
}

mail::HeaderWriter header(const ReportMail& mail, const std::string& boundary) {
  mail::HeaderWriter fields;
  fields.add("From", from_value(mail));
  fields.add("To", mail.to);
  if (!mail.bcc.empty()) fields.add("Bcc", mail.bcc);
  fields.add("Subject", subject(mail.name));
  fields.add("Date", mail::mail_date(mail.date));
  // RFC 9990 section 3.5.2: the report's identifier wherever there is room for one.
  fields.add("Message-ID", "<" + mail.name.report_id + "@" + mail.name.receiver + ">");
  // RFC 3834 section 5: no machine answers it.
  fields.add("Auto-Submitted", "auto-generated");
  fields.add("MIME-Version", "1.0");
  fields.add("Content-Type", "multipart/mixed; boundary=" + in_quotes(boundary));
  return fields;
}

std::string text_part(const ReportMail& mail) {
  mail::HeaderWriter fields;
  fields.add("Content-Type", "text/plain; charset=us-ascii");
  return fields.text() + "\r\nThis is a DMARC aggregate report (RFC 9990) on mail from\r\n" +
         mail.name.domain + "\r\nthat " + mail.name.receiver + " received from " +
         time_text(mail.name.period.begin) + "\r\nto " + time_text(mail.name.period.end) +
         ". The report is attached.\r\n\r\n"
         "It was sent because the DMARC record of that domain asks for reports to this "
         "address.\r\n";
}

/// RFC 9990 section 3.5.1: a compressed report is application/gzip.
std::string attachment_header(const ReportMail& mail) {
  const std::string name = in_quotes(file_name(mail.name));
  mail::HeaderWriter fields;
  fields.add("Content-Type", "application/gzip; name=" + name);
  fields.add("Content-Transfer-Encoding", "base64");
  fields.add("Content-Disposition", "attachment; filename=" + name);
  return fields.text();
}

}  // namespace

std::string compose(const ReportMail& mail, std::string_view gzip) {
  // "=_" is in no line of base64.
  const std::string boundary = "=_" + mail.name.report_id;
  std::string message = header(mail, boundary).text();
  message += "\r\n--" + boundary + "\r\n" + text_part(mail);
  message += "\r\n--" + boundary + "\r\n" + attachment_header(mail) + "\r\n";
  base::append_base64_lines(message, gzip);
  message += "\r\n--" + boundary + "--\r\n";
  return message;
}

std::string part_id(const std::string& report_id, unsigned part) {
  return part <= 1 ? report_id : report_id + "part" + std::to_string(part);
}

std::string file_name(const ReportName& name) {
  const std::string begin = name_part(name.receiver, max_receiver) + "!";
  const std::string end = "!" + std::to_string(name.period.begin) + "!" +
                          std::to_string(name.period.end) + "!" + name.report_id + ".xml.gz";
  return begin + name_part(name.domain, max_file_name - begin.size() - end.size()) + end;
}

std::string subject(const ReportName& name) {
  return "Report Domain: " + name.domain + " Submitter: " + name.receiver + " Report-ID: <" +
         name.report_id + ">";
}

}  // namespace dmarc::aggregate
