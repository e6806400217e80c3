// The IgnoreHosts list: host names, domains, addresses and networks, with exceptions.
//
// One entry a line: `mail.example.org` (that host), `.example.org` (hosts below it), `192.0.2.1`,
// `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `2001:db8::/32`; `!` in front makes an exception. The
// most specific entry that matches decides: for names the whole name first, then its parent
// domains; for addresses the longest prefix. The host name is tried before the address, and either
// may say "ignore".
//
// Addresses compare as values, however they are written: host bits past the prefix length do not
// count, and an IPv4-mapped IPv6 address (::ffff:192.0.2.1) is the IPv4 address inside it.
//
// Threads: const after it was filled.
#pragma once

#include <tl/expected.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/ip_address.h>

namespace dmarc::policy {

class HostList {
 public:
  /// Adds one entry. The error is one clause that says what is wrong with it.
  tl::expected<void, std::string> add(std::string_view entry);

  /// `host` is the client's name as the MTA gave it (a name, or an address in brackets); `address`
  /// may be absent.
  bool contains(std::string_view host, const std::optional<base::IpAddress>& address) const;

 private:
  enum class Kind { ignored, exception };
  struct Network {
    base::IpAddress address;
    unsigned length;
    Kind kind;
  };
  tl::expected<void, std::string> add_network(const base::IpAddress& address,
                                              std::optional<std::string_view> length, Kind kind);
  tl::expected<void, std::string> add_name(std::string_view name, Kind kind);
  std::optional<Kind> decide(std::string_view host) const;
  std::optional<Kind> decide(const base::IpAddress& address) const;

  /// By name in lower case; one that begins with "." stands for everything below it.
  std::map<std::string, Kind, std::less<>> names_;
  std::vector<Network> networks_;
};

}  // namespace dmarc::policy
