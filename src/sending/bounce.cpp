#include "sending/bounce.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include <dmarc/header_field.h>

#include "base/ascii.h"
#include "mail/lexer.h"

namespace dmarc::sending {
namespace {

constexpr std::array delivery_fields{"Delivered-To", "X-Original-To", "Envelope-To", "To"};

std::string value_of(const mail::HeaderBlock& block, std::string_view name) {
  const auto fields = mail::fields_named(block, name);
  if (fields.empty()) return {};
  return std::string(base::trim(mail::unfold(fields.front()->value).value_or("")));
}

/// The parameter "boundary" of a multipart Content-Type (RFC 2046 section 5.1.1); empty without
/// one.
std::string boundary_of(const mail::HeaderBlock& block) {
  const std::string type = value_of(block, "Content-Type");
  if (!base::istarts_with(type, "multipart/")) return {};
  const std::size_t at = base::lower(type).find("boundary=");
  if (at == std::string::npos) return {};
  const std::string_view value = std::string_view(type).substr(at + 9);
  mail::Lexer lexer(value);
  if (lexer.peek() == '"') return mail::unquote(lexer.quoted_string().value_or(""));
  return std::string(value.substr(0, value.find_first_of("; \t")));
}

/// What stands between the lines "--boundary", the text before the first of them left out.
std::vector<std::string_view> split_parts(std::string_view body, const std::string& boundary) {
  std::vector<std::string_view> parts;
  const std::string delimiter = "--" + boundary;
  std::size_t begin = std::string_view::npos;
  for (std::size_t line = 0; line < body.size() && parts.size() < max_bounce_parts;) {
    const std::size_t next = std::min(body.find('\n', line), body.size() - 1) + 1;
    if (body.substr(line).starts_with(delimiter)) {
      if (begin != std::string_view::npos) parts.push_back(body.substr(begin, line - begin));
      begin = next;
    }
    line = next;
  }
  return parts;
}

/// RFC 3463 section 2 "Structure": digit "." 1*3digit "." 1*3digit.
std::string status_code(std::string_view text) {
  const std::string_view code = text.substr(0, text.find_first_not_of("0123456789."));
  const auto numbers = base::split(code, '.');
  const bool is_code = numbers.size() == 3 && numbers[0].size() == 1 &&
                       std::all_of(numbers.begin(), numbers.end(), [](std::string_view number) {
                         return !number.empty() && number.size() <= 3;
                       });
  return is_code ? std::string(code) : std::string();
}

/// RFC 3464 section 2.3 "Per-Recipient DSN fields".
void read_status_part(std::string_view part, std::vector<BouncedRecipient>& recipients) {
  while (!part.empty() && recipients.size() < max_bounced_recipients) {
    std::size_t end = 0;
    const mail::HeaderBlock group = mail::split_header_block(part, end);
    if (end == 0) return;
    part.remove_prefix(end);
    const std::string action = base::lower(value_of(group, "Action"));
    if (action.empty()) continue;  // the fields of the message
    const std::string diagnostic = value_of(group, "Diagnostic-Code");
    recipients.push_back({.action = action.substr(0, action.find_first_of(" \t(")),
                          .status = status_code(value_of(group, "Status")),
                          .diagnostic = base::printable(base::trim(
                              std::string_view(diagnostic).substr(diagnostic.find(';') + 1)))});
  }
}

std::vector<std::string> addresses_of(const mail::HeaderBlock& block) {
  std::vector<std::string> addresses;
  for (const char* name : delivery_fields) {
    for (const mail::HeaderField* field : mail::fields_named(block, name)) {
      std::string text(field->value);
      std::replace_if(
          text.begin(), text.end(),
          [](char c) { return std::string_view("<>,;\"").find(c) != std::string_view::npos; }, ' ');
      for (const std::string_view word : base::words(text)) {
        if (addresses.size() == max_bounced_recipients) return addresses;
        if (word.find('@') != std::string_view::npos) addresses.emplace_back(word);
      }
    }
  }
  return addresses;
}

}  // namespace

bool BouncedRecipient::is_hard() const {
  // RFC 3463 sections 3.3 "Mailbox Status" and 3.4 "Mail System Status".
  constexpr std::array<std::string_view, 3> about_the_message{"5.2.2", "5.2.3", "5.3.4"};
  // Section 3.8 "Security or Policy Status": a rule of the receiver, which may be about this
  // message or about us today.
  return action == "failed" && status.starts_with('5') && !status.starts_with("5.7.") &&
         std::find(about_the_message.begin(), about_the_message.end(), status) ==
             about_the_message.end();
}

const BouncedRecipient* Bounce::decisive() const {
  const auto hard = std::find_if(recipients.begin(), recipients.end(),
                                 [](const auto& recipient) { return recipient.is_hard(); });
  if (hard != recipients.end()) return &*hard;
  return recipients.empty() ? nullptr : &recipients.front();
}

Bounce read_bounce(std::string_view message) {
  Bounce bounce;
  std::size_t body = 0;
  const mail::HeaderBlock header = mail::split_header_block(message, body);
  bounce.delivered_to = addresses_of(header);
  const std::string boundary = boundary_of(header);
  if (boundary.empty()) return bounce;
  for (const std::string_view part : split_parts(message.substr(body), boundary)) {
    std::size_t content = 0;
    const std::string type = value_of(mail::split_header_block(part, content), "Content-Type");
    // RFC 6533 has "global-delivery-status" for internationalized addresses.
    if (base::istarts_with(type, "message/delivery-status") ||
        base::istarts_with(type, "message/global-delivery-status"))
      read_status_part(part.substr(content), bounce.recipients);
  }
  return bounce;
}

/// FNV-1a: nothing depends on its strength.
std::string destination_tag(std::string_view uri) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : uri)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", static_cast<unsigned>(hash));
  return digits.data();
}

std::string verp_address(const MailAddress& bounces, const VerpTag& tag) {
  return bounces.local + "+" + tag.report_id + "-" + tag.destination + "@" + bounces.domain.text();
}

std::optional<VerpTag> read_verp(const MailAddress& bounces, std::string_view address) {
  const auto parsed = MailAddress::parse(address);
  if (!parsed || parsed->domain != bounces.domain) return std::nullopt;
  const std::string local = base::lower(parsed->local);
  const std::string begin = base::lower(bounces.local) + "+";
  const std::size_t hyphen = local.rfind('-');
  if (!local.starts_with(begin) || hyphen == std::string::npos || hyphen < begin.size())
    return std::nullopt;
  VerpTag tag{local.substr(begin.size(), hyphen - begin.size()), local.substr(hyphen + 1)};
  if (tag.report_id.empty() || tag.destination.empty() ||
      !std::all_of(tag.report_id.begin(), tag.report_id.end(), base::is_alnum) ||
      !std::all_of(tag.destination.begin(), tag.destination.end(), base::is_alnum))
    return std::nullopt;
  return tag;
}

}  // namespace dmarc::sending
