#include "failure/redaction.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/encoding.h"
#include "crypto/digest.h"
#include "mail/encoded_word.h"

namespace dmarc::failure {
namespace {

// 72 bits: two of a million mailboxes have the same hash once in ten thousand years of reports.
constexpr std::size_t hash_octets = 9;

// How far back a quoted local part is searched for its begin; RFC 5321 allows 64 octets.
constexpr std::size_t max_quoted = 320;

constexpr std::array recipient_fields{"To",
                                      "Cc",
                                      "Bcc",
                                      "Resent-To",
                                      "Resent-Cc",
                                      "Resent-Bcc",
                                      "Apparently-To",
                                      "Delivered-To",
                                      "Envelope-To",
                                      "Original-Recipient",
                                      "X-Delivered-To",
                                      "X-Envelope-To",
                                      "X-Forwarded-For",
                                      "X-Forwarded-To",
                                      "X-Original-To",
                                      "X-Rcpt-To"};

/// What stands before an address in fields about authentication, and could be a part of it.
constexpr std::array keywords{"envelope-from=", "header.from=",   "header.i=",   "i=",
                              "smtp.auth=",     "smtp.mailfrom=", "smtp.rcptto="};

/// What can stand in a local part without quotes: atext, dots, and whatever is beyond ASCII.
bool is_local(char c) {
  return base::is_alnum(c) || base::is_eight_bit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_domain(char c) {
  return base::is_alnum(c) || base::is_eight_bit(c) ||
         std::string_view("-._:[]").find(c) != std::string_view::npos;
}

/// Where the quoted string begins whose last quote ends the text; after the last blank when there
/// is no first quote near enough.
std::size_t quote_begin(std::string_view text) {
  const std::size_t first = text.size() - std::min(text.size(), max_quoted);
  for (std::size_t i = text.size() - 1; i-- > first;) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) return i;
  }
  const std::size_t blank = text.find_last_of(" \t\r\n");
  return blank == std::string_view::npos ? 0 : blank + 1;
}

/// Where the local part begins that ends the text, blanks behind it aside; the text's size when
/// there is none.
std::size_t local_part_begin(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty() && base::is_space(rest.back()))
    rest.remove_suffix(1);
  if (!rest.empty() && rest.back() == '"') return quote_begin(rest);
  std::size_t begin = rest.size();
  while (begin > 0 && is_local(rest[begin - 1]))
    --begin;
  for (const std::string_view keyword : keywords) {
    if (base::istarts_with(rest.substr(begin), keyword)) begin += keyword.size();
  }
  return begin == rest.size() ? text.size() : begin;
}

/// "@", or "%40" as in links; 0 when the text does not begin with one.
std::size_t at_sign(std::string_view text) {
  if (text.starts_with('@')) return 1;
  return text.starts_with("%40") ? 3 : 0;
}

/// Each http and https link cut behind its host.
std::string without_links(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t scheme = base::istarts_with(text, "https://")  ? 5
                               : base::istarts_with(text, "http://") ? 4
                                                                     : 0;
    if (scheme == 0) {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    result.append("hxxp").append(scheme == 5 ? "s" : "").append("://");
    text.remove_prefix(scheme + 3);
    const std::string_view link = text.substr(0, text.find_first_of(" \t\r\n<>\"'()"));
    const std::string_view host = link.substr(0, link.find_first_of("/?#"));
    result.append(host).append(host.size() < link.size() ? "/..." : "");
    text.remove_prefix(link.size());
  }
  return result;
}

/// The addresses in the text, and nothing else of it.
std::string addresses_alone(std::string_view text) {
  std::string list;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    const std::size_t begin = local_part_begin(text.substr(0, at));
    std::size_t end = at + 1;
    while (end < text.size() && is_domain(text[end]))
      ++end;
    list.append(list.empty() ? "" : ", ").append(text.substr(begin, end - begin));
  }
  return list.empty() ? "(redacted)" : list;
}

}  // namespace

std::string Redactor::local_part(std::string_view local_part) const {
  const std::string hash = crypto::hmac_sha256(key_, base::lower(local_part));
  // RFC 4648 section 5 "Base 64 Encoding with URL and Filename Safe Alphabet".
  std::string hashed = base::base64(hash.substr(0, hash_octets));
  std::ranges::replace(hashed, '+', '-');
  std::ranges::replace(hashed, '/', '_');
  return hashed;
}

std::string Redactor::without_local_parts(std::string_view text) const {
  std::string result;
  while (!text.empty()) {
    const std::size_t at = at_sign(text);
    if (at > 0) {
      const std::size_t begin = local_part_begin(result);
      if (begin < result.size()) {
        const std::string hash = local_part(base::trim(std::string_view(result).substr(begin)));
        result.resize(begin);
        result += hash;
      }
    }
    result += text.substr(0, std::max<std::size_t>(at, 1));
    text.remove_prefix(std::max<std::size_t>(at, 1));
  }
  return result;
}

std::string Redactor::text(std::string_view text) const {
  if (text.find("=?") != std::string_view::npos) {
    const std::string decoded = mail::decode_encoded_words(text);
    if (decoded.find('@') != std::string::npos) return without_local_parts(without_links(decoded));
  }
  return without_local_parts(without_links(text));
}

std::string Redactor::value(const mail::HeaderField& field) const {
  if (mail::is_field(field, "Message-ID")) return std::string(field.value);
  std::string value = text(field.value);
  const bool names_recipients = std::ranges::any_of(
      recipient_fields, [&](const char* name) { return mail::is_field(field, name); });
  return names_recipients ? addresses_alone(value) : value;
}

}  // namespace dmarc::failure
