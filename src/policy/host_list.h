// The IgnoreHosts list: host names, domains, addresses and networks, with exceptions.
//
// One entry a line: `mail.example.org` (that host), `.example.org` (hosts below it), `192.0.2.1`,
// `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `2001:db8::/32`; `!` in front makes an exception. The
// most specific entry that matches decides: for names the whole name first, then its parent
// domains; for addresses the longest prefix. The host name is tried before the address, and either
// may say "ignore".
#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"

namespace dmarc::policy {

class HostList {
 public:
  /// Adds one entry. The error is one clause that says what is wrong with it.
  tl::expected<void, std::string> add(std::string_view entry);

  /// `host` is the client's name as the MTA gave it (a name, or an address in brackets); `address`
  /// may be absent.
  bool contains(std::string_view host, const std::optional<base::IpAddress>& address) const;

 private:
  struct NameEntry {
    std::string name;  ///< lower case; begins with "." for everything below
    bool exception = false;
  };
  struct NetworkEntry {
    base::IpAddress network;
    unsigned length;
    bool exception = false;
  };
  std::optional<bool> decide(std::string_view host) const;
  std::optional<bool> decide(const base::IpAddress& address) const;

  std::vector<NameEntry> names_;
  std::vector<NetworkEntry> networks_;
};

}  // namespace dmarc::policy
