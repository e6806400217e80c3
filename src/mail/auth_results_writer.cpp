#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/auth_results.h"
#include "mail/lexer.h"

namespace dmarc::mail {
namespace {

// RFC 2045 section 5.1 "Syntax of the Content-Type Header Field", token, as RFC 8601 section 2.2
// uses it.
bool is_token_octet(char c) {
  return base::is_alnum(c) ||
         std::string_view("!#$%&'*+-.^_`{|}~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_octet);
}

// RFC 8601 section 2.2 "Formal Definition", pvalue: [ [ local-part ] "@" ] domain-name.
bool is_plain_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at + 1 == text.size()) return false;
  const auto is_local_octet = [](char c) {
    return c == '.' || (is_atom_octet(c) && !base::is_eight_bit(c));
  };
  const auto is_domain_octet = [](char c) { return c == '.' || c == '-' || base::is_alnum(c); };
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  return std::all_of(local.begin(), local.end(), is_local_octet) &&
         std::all_of(domain.begin(), domain.end(), is_domain_octet);
}

/// The text with a "?" for each octet that is a control or not UTF-8.
std::string clean(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = base::utf8_sequence(text);
    const bool acceptable = length > 0 && !base::is_control(text.front());
    const std::size_t taken = acceptable ? length : 1;
    result += acceptable ? text.substr(0, taken) : "?";
    text.remove_prefix(taken);
  }
  return result;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string as_value(std::string_view text) {
  if (is_token(text) || is_plain_address(text)) return std::string(text);
  return quoted(clean(text));
}

// RFC 8601 section 2.2 takes Keyword from RFC 5321: letters, digits and hyphens.
std::string as_keyword(std::string_view text) {
  std::string keyword = base::lower(text);
  std::replace_if(
      keyword.begin(), keyword.end(), [](char c) { return !base::is_alnum(c) && c != '-'; }, '-');
  return keyword.empty() ? "-" : keyword;
}

}  // namespace

AuthResultsWriter::AuthResultsWriter(std::string_view authserv_id)
    : text_(is_token(authserv_id) ? std::string(authserv_id) : quoted(clean(authserv_id))) {}

AuthResultsWriter& AuthResultsWriter::result(std::string_view method, std::string_view result) {
  text_ += "; " + as_keyword(method) + '=' + as_keyword(result);
  empty_ = false;
  return *this;
}

AuthResultsWriter& AuthResultsWriter::comment(std::string_view text) {
  if (empty_) return *this;
  std::string inner = clean(text);
  std::erase_if(inner, [](char c) { return c == '(' || c == ')' || c == '\\'; });
  text_ += " (" + inner + ')';
  return *this;
}

AuthResultsWriter& AuthResultsWriter::reason(std::string_view text) {
  if (empty_) return *this;
  text_ += " reason=" + quoted(clean(text));
  return *this;
}

AuthResultsWriter& AuthResultsWriter::property(std::string_view type, std::string_view name,
                                               std::string_view value) {
  if (empty_) return *this;
  text_ += ' ' + as_keyword(type) + '.' + as_keyword(name) + '=' + as_value(value);
  return *this;
}

std::string AuthResultsWriter::value() const {
  return empty_ ? text_ + "; none" : text_;
}

}  // namespace dmarc::mail
