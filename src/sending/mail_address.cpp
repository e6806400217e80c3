#include "sending/mail_address.h"

#include <algorithm>

#include "base/ascii.h"

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

}  // namespace

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

}  // namespace dmarc::sending
