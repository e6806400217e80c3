// An IPv4 or IPv6 address as a value.
//
//   const auto client = base::IpAddress::parse("192.0.2.1");
//   client->text();               // "192.0.2.1"
//   base::is_public(*client);     // false: an address for documentation
//
// Threads: values and pure functions.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dmarc::base {

class IpAddress {
 public:
  /// Reads dotted-quad IPv4 or RFC 4291 IPv6 text (no scope, no prefix length). An IPv4-mapped IPv6
  /// address stays IPv6; see unmapped().
  static std::optional<IpAddress> parse(std::string_view text);

  /// From 4 or 16 octets in network order; nothing for another length.
  static std::optional<IpAddress> from_octets(std::string_view octets);

  bool is_v4() const { return v4_; }
  /// 4 or 16 octets in network order.
  std::span<const std::uint8_t> octets() const { return {octets_.data(), v4_ ? 4U : 16U}; }

  /// The IPv4 address inside ::ffff:0:0/96; any other address unchanged.
  IpAddress unmapped() const;

  bool is_loopback() const;

  /// True when both are of one family and agree in the first `length` bits (0 to 32 or 128).
  bool in_network(const IpAddress& network, unsigned length) const;

  /// Canonical text: dotted quad, or RFC 5952.
  std::string text() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend std::strong_ordering operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  IpAddress() = default;

  bool v4_ = true;
  std::array<std::uint8_t, 16> octets_{};
};

/// True for an address of the Internet at large. False for what only this host or its network can
/// reach, and for what nobody can: private, loopback, link-local, multicast, documentation and
/// reserved addresses (the registries of RFC 6890), also inside IPv4-mapped, NAT64 and 6to4
/// addresses.
bool is_public(const IpAddress& address);

}  // namespace dmarc::base
