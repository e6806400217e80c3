#include "sending/addresses.h"

#include <algorithm>

#include <dmarc/ip_address.h>

#include "base/ascii.h"
#include "base/encoding.h"
#include "dmarc/report_uri.h"

namespace dmarc::sending {
namespace {

/// RFC 5322 section 3.2.3 "Atom", atext.
bool is_atext(char c) {
  return base::is_alnum(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > max_local_part) return false;
  for (const std::string_view atom : base::split(text, '.')) {
    if (atom.empty() || !std::all_of(atom.begin(), atom.end(), is_atext)) return false;
  }
  return true;
}

using Parsed = tl::expected<ReportUri, std::string>;

tl::unexpected<std::string> error(std::string_view text) {
  return tl::unexpected(std::string(text));
}

Parsed parse_mailto(std::string_view uri, std::string_view rest) {
  const auto address =
      MailAddress::parse(base::percent_decoded(rest.substr(0, rest.find_first_of("?#"))));
  if (!address) return error(address.error());
  return ReportUri{std::string(uri), ReportUri::Scheme::mailto, address->domain, address->text()};
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

std::string place_of(const ReportUri& target) {
  return target.mailbox.empty() ? target.uri : target.mailbox;
}

tl::expected<MailAddress, std::string> MailAddress::parse(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return tl::unexpected(std::string("no mailbox"));
  const std::string_view local = text.substr(0, at);
  if (!is_local_part(local))
    return tl::unexpected(std::string("a local part that no report can be sent to"));
  const auto domain = dns::Name::parse(text.substr(at + 1));
  if (!domain || !domain->is_hostname())
    return tl::unexpected(std::string("no domain name behind \"@\""));
  return MailAddress{std::string(local), *domain};
}

tl::expected<ReportUri, std::string> parse_report_uri(std::string_view text) {
  const std::string_view uri = without_size_suffix(text);
  const std::size_t colon = uri.find(':');
  const std::string_view scheme = uri.substr(0, colon);
  if (colon == std::string_view::npos) return error("no URI");
  const std::string_view rest = uri.substr(colon + 1);
  if (base::iequals(scheme, "mailto")) return parse_mailto(uri, rest);
  if (base::iequals(scheme, "https")) return parse_https(uri, rest);
  return tl::unexpected("nothing is sent by \"" + base::printable(scheme) + "\"");
}

}  // namespace dmarc::sending
