#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace dmarc::base {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return {};
  const std::string terminated(text);
  IpAddress address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.octets_.data()) == 1) return address;
  address.v4_ = false;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.octets_.data()) == 1) return address;
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

}  // namespace dmarc::base
