#include "policy/host_list.h"

#include <algorithm>
#include <bit>

#include "base/ascii.h"
#include "base/decimal.h"

namespace dmarc::policy {
namespace {

constexpr unsigned v4_bits = 32;
constexpr unsigned v6_bits = 128;
constexpr unsigned mapped_prefix = 96;  // ::ffff:0:0/96

/// An address as an entry or an MTA writes it: bare, or in brackets with or without "IPv6:".
std::optional<base::IpAddress> parse_address(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
    if (base::istarts_with(text, "IPv6:")) text.remove_prefix(5);
  }
  return base::IpAddress::parse(text);
}

/// The number of leading one bits; nothing for a mask with a gap.
std::optional<unsigned> mask_length(const base::IpAddress& mask) {
  unsigned length = 0;
  bool ended = false;
  for (const std::uint8_t octet : mask.octets()) {
    const int ones = std::countl_one(octet);
    if (std::popcount(octet) != ones || (ended && ones > 0)) return std::nullopt;
    ended = ones < 8;
    length += static_cast<unsigned>(ones);
  }
  return length;
}

tl::expected<unsigned, std::string> parse_length(std::string_view text, bool v4) {
  if (v4 && text.find('.') != std::string_view::npos) {
    const auto mask = base::IpAddress::parse(text);
    const auto length = mask ? mask_length(*mask) : std::nullopt;
    if (!length) return tl::unexpected<std::string>("the netmask is not one");
    return *length;
  }
  const unsigned most = v4 ? v4_bits : v6_bits;
  const auto length = base::parse_decimal<unsigned>(text);
  if (!length || *length > most)
    return tl::unexpected("the prefix length is not a number from 0 to " + std::to_string(most));
  return *length;
}

/// What keeps `name` from being a host name or, with a leading dot, a domain; empty when nothing
/// does. Underscores are accepted because some networks use them.
std::string_view name_problem(std::string_view name) {
  if (name.starts_with("*."))
    return "wildcards are not understood; a leading dot stands for all hosts below a domain";
  if (name.starts_with('.')) name.remove_prefix(1);
  const auto labels = base::split(name, '.');
  for (const std::string_view label : labels) {
    const bool clean = std::all_of(label.begin(), label.end(), [](char c) {
      return base::is_alnum(c) || c == '-' || c == '_';
    });
    if (label.empty() || !clean) return "it is neither a host name nor an address";
  }
  // No top-level domain is numeric (RFC 3696 section 2), so this was meant to be an address.
  if (std::all_of(labels.back().begin(), labels.back().end(), base::is_digit))
    return "it is not a complete IPv4 address";
  return {};
}

}  // namespace

tl::expected<void, std::string> HostList::add(std::string_view entry) {
  Kind kind = Kind::ignored;
  if (entry.starts_with('!')) {
    kind = Kind::exception;
    entry.remove_prefix(1);
  }
  const std::size_t slash = entry.find('/');
  const auto address = parse_address(entry.substr(0, slash));
  if (!address) return add_name(entry, kind);
  if (slash == std::string_view::npos) return add_network(*address, std::nullopt, kind);
  return add_network(*address, entry.substr(slash + 1), kind);
}

tl::expected<void, std::string> HostList::add_network(const base::IpAddress& address,
                                                      std::optional<std::string_view> length,
                                                      Kind kind) {
  unsigned bits = address.is_v4() ? v4_bits : v6_bits;
  if (length) {
    const auto parsed = parse_length(*length, address.is_v4());
    if (!parsed) return tl::unexpected(parsed.error());
    bits = *parsed;
  }
  const base::IpAddress inner = address.unmapped();
  if (inner.is_v4() && !address.is_v4() && bits >= mapped_prefix)
    networks_.push_back({inner, bits - mapped_prefix, kind});
  else
    networks_.push_back({address, bits, kind});
  return {};
}

tl::expected<void, std::string> HostList::add_name(std::string_view name, Kind kind) {
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  if (const auto problem = name_problem(name); !problem.empty())
    return tl::unexpected(std::string(problem));
  const auto [known, added] = names_.emplace(base::lower(name), kind);
  if (!added && kind == Kind::exception) known->second = kind;
  return {};
}

bool HostList::contains(std::string_view host,
                        const std::optional<base::IpAddress>& address) const {
  const auto literal = parse_address(host);
  const auto by_name = literal ? decide(literal->unmapped()) : decide(host);
  if (by_name == Kind::ignored) return true;
  return address && decide(address->unmapped()) == Kind::ignored;
}

std::optional<HostList::Kind> HostList::decide(std::string_view host) const {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string name = base::lower(host);
  std::string_view candidate = name;
  for (;;) {
    if (const auto found = names_.find(candidate); found != names_.end()) return found->second;
    const std::size_t dot = candidate.find('.', candidate.starts_with('.') ? 1 : 0);
    if (dot == std::string_view::npos) return std::nullopt;
    candidate.remove_prefix(dot);
  }
}

std::optional<HostList::Kind> HostList::decide(const base::IpAddress& address) const {
  const Network* best = nullptr;
  for (const Network& network : networks_) {
    if (!address.in_network(network.address, network.length)) continue;
    const bool more_specific = best == nullptr || network.length > best->length;
    const bool exception =
        best != nullptr && network.length == best->length && network.kind == Kind::exception;
    if (more_specific || exception) best = &network;
  }
  if (best == nullptr) return std::nullopt;
  return best->kind;
}

}  // namespace dmarc::policy
