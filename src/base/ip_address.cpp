#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include <dmarc/ip_address.h>

#include "base/ascii.h"

namespace dmarc::base {
namespace {

/// Takes a number up to 255 without leading zeros off the front.
std::optional<std::uint8_t> take_octet(std::string_view& text) {
  std::size_t digits = 0;
  unsigned value = 0;
  for (; digits < text.size() && digits < 3 && is_digit(text[digits]); ++digits)
    value = value * 10 + static_cast<unsigned>(text[digits] - '0');
  if (digits == 0 || value > 255 || (digits > 1 && text.front() == '0')) return {};
  text.remove_prefix(digits);
  return static_cast<std::uint8_t>(value);
}

/// As inet_pton(3), which wants its text terminated; SPF records are full of them.
bool parse_v4(std::string_view text, std::span<std::uint8_t, 4> octets) {
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    const auto octet = take_octet(text);
    if (!octet) return false;
    octets[i] = *octet;
  }
  return text.empty();
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  if (parse_v4(text, std::span(address.octets_).first<4>())) return address;
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return {};
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  std::copy(text.begin(), text.end(), terminated.begin());
  address.v4_ = false;
  if (::inet_pton(AF_INET6, terminated.data(), address.octets_.data()) == 1) return address;
  return {};
}

std::optional<IpAddress> IpAddress::from_octets(std::string_view octets) {
  if (octets.size() != 4 && octets.size() != 16) return {};
  IpAddress address;
  address.v4_ = octets.size() == 4;
  std::memcpy(address.octets_.data(), octets.data(), octets.size());
  return address;
}

IpAddress IpAddress::unmapped() const {
  static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (v4_ || !std::equal(mapped.begin(), mapped.end(), octets_.begin())) return *this;
  IpAddress address;
  std::copy(octets_.begin() + 12, octets_.end(), address.octets_.begin());
  return address;
}

bool IpAddress::is_loopback() const {
  const IpAddress plain = unmapped();
  if (plain.v4_) return plain.octets_[0] == 127;
  return std::all_of(octets_.begin(), octets_.begin() + 15, [](auto o) { return o == 0; }) &&
         octets_[15] == 1;
}

bool IpAddress::in_network(const IpAddress& network, unsigned length) const {
  if (v4_ != network.v4_ || length > octets().size() * 8) return false;
  const unsigned whole = length / 8;
  if (!std::equal(octets_.begin(), octets_.begin() + whole, network.octets_.begin())) return false;
  const unsigned rest = length % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
  return (octets_[whole] & mask) == (network.octets_[whole] & mask);
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  ::inet_ntop(v4_ ? AF_INET : AF_INET6, octets_.data(), buffer.data(), buffer.size());
  return buffer.data();
}

namespace {

struct Network {
  std::string_view address;
  unsigned length;
};

/// The networks of IANA's IPv4 Special-Purpose Address Registry that are not globally reachable,
/// and multicast.
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
