#include "base/public_address.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dmarc::base {
namespace {

struct Network {
  std::string_view address;
  unsigned length;
};

/// IANA's IPv4 Special-Purpose Address Registry, what is not globally reachable; multicast.
constexpr std::array<Network, 15> special_v4{{{"0.0.0.0", 8},
                                              {"10.0.0.0", 8},
                                              {"100.64.0.0", 10},
                                              {"127.0.0.0", 8},
                                              {"169.254.0.0", 16},
                                              {"172.16.0.0", 12},
                                              {"192.0.0.0", 24},
                                              {"192.0.2.0", 24},
                                              {"192.88.99.0", 24},
                                              {"192.168.0.0", 16},
                                              {"198.18.0.0", 15},
                                              {"198.51.100.0", 24},
                                              {"203.0.113.0", 24},
                                              {"224.0.0.0", 4},
                                              {"240.0.0.0", 4}}};

/// What is not public within 2000::/3.
constexpr std::array<Network, 3> special_v6{{{"2001::", 23}, {"2001:db8::", 32}, {"3fff::", 20}}};

constexpr Network global_unicast{"2000::", 3};
constexpr Network nat64{"64:ff9b::", 96};
constexpr Network six_to_four{"2002::", 16};

bool is_in(const IpAddress& address, const Network& network) {
  return address.in_network(*IpAddress::parse(network.address), network.length);
}

/// The IPv4 address that stands in an IPv6 address from that octet on.
IpAddress inner(const IpAddress& address, std::size_t from) {
  const auto octets = address.octets().subspan(from, 4);
  return *IpAddress::from_octets({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

}  // namespace

bool is_public(const IpAddress& address) {
  const IpAddress plain = address.unmapped();
  const auto holds = [&](const Network& network) { return is_in(plain, network); };
  if (plain.is_v4()) return std::none_of(special_v4.begin(), special_v4.end(), holds);
  if (holds(nat64)) return is_public(inner(plain, 12));
  if (holds(six_to_four)) return is_public(inner(plain, 2));
  return holds(global_unicast) && std::none_of(special_v6.begin(), special_v6.end(), holds);
}

}  // namespace dmarc::base
