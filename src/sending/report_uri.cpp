#include "sending/report_uri.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "base/ip_address.h"
#include "sending/address.h"

namespace dmarc::sending {
namespace {

using Parsed = tl::expected<ReportUri, std::string>;

tl::unexpected<std::string> error(std::string_view text) {
  return tl::unexpected(std::string(text));
}

Parsed parse_mailto(std::string_view uri, std::string_view rest) {
  const auto address =
      Address::parse(base::percent_decoded(rest.substr(0, rest.find_first_of("?#"))));
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

tl::expected<ReportUri, std::string> parse_report_uri(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  const std::string_view scheme = uri.substr(0, colon);
  if (colon == std::string_view::npos) return error("no URI");
  const std::string_view rest = uri.substr(colon + 1);
  if (base::iequals(scheme, "mailto")) return parse_mailto(uri, rest);
  if (base::iequals(scheme, "https")) return parse_https(uri, rest);
  return tl::unexpected("nothing is sent by \"" + base::printable(scheme) + "\"");
}

}  // namespace dmarc::sending
