#include "submission/report_uri.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/ip_address.h"

namespace dmarc::submission {
namespace {

using Parsed = tl::expected<ReportUri, std::string>;

tl::unexpected<std::string> error(std::string_view text) {
  return tl::unexpected(std::string(text));
}

/// With %XX replaced (RFC 3986 section 2.1). The parser of records has seen to two digits each.
std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned octet = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, octet, 16).ptr == digits + 2) {
      result += static_cast<char>(octet);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// RFC 5322 section 3.2.3 "Atom", atext.
bool is_atext(char c) {
  return base::is_alnum(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

/// A dot-atom. Quoted local parts are allowed by the grammar, used by nobody, and the best way to
/// get something odd into an SMTP command.
bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > max_local_part) return false;
  for (const std::string_view atom : base::split(text, '.')) {
    if (atom.empty() || !std::all_of(atom.begin(), atom.end(), is_atext)) return false;
  }
  return true;
}

Parsed parse_mailto(std::string_view uri, std::string_view rest) {
  const std::string address = decoded(rest.substr(0, rest.find_first_of("?#")));
  const std::size_t at = address.rfind('@');
  if (at == std::string::npos) return error("no mailbox");
  const std::string_view local = std::string_view(address).substr(0, at);
  if (!is_local_part(local)) return error("a local part that no report can be sent to");
  const auto host = dns::Name::parse(std::string_view(address).substr(at + 1));
  if (!host || !host->is_hostname()) return error("no domain name behind \"@\"");
  return ReportUri{std::string(uri), ReportUri::Scheme::mailto, *host,
                   std::string(local) + "@" + host->text()};
}

Parsed parse_https(std::string_view uri, std::string_view rest) {
  if (!rest.starts_with("//")) return error("no host");
  rest.remove_prefix(2);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return error("a user in the URL");
  const auto host = dns::Name::parse(authority.substr(0, authority.find(':')));
  if (!host || !host->is_hostname() || host->label_count() < 2 ||
      base::IpAddress::parse(host->text())) {
    return error("no host name");
  }
  return ReportUri{std::string(uri), ReportUri::Scheme::https, *host, {}};
}

}  // namespace

tl::expected<ReportUri, std::string> parse_report_uri(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  const std::string_view scheme = uri.substr(0, colon);
  if (colon == std::string_view::npos) return error("no URI");
  const std::string_view rest = uri.substr(colon + 1);
  if (base::iequals(scheme, "mailto")) return parse_mailto(uri, rest);
  if (base::iequals(scheme, "https")) return parse_https(uri, rest);
  return tl::unexpected("nothing is sent by \"" + base::printable(scheme) + "\"");
}

}  // namespace dmarc::submission
