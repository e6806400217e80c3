#include <array>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/encoding.h"
#include "store/database.h"

namespace dmarc::store {
namespace {

using Parsed = tl::expected<Address, std::string>;

constexpr std::array<std::pair<std::string_view, Engine>, 4> schemes{
    {{"sqlite", Engine::sqlite},
     {"mysql", Engine::mariadb},
     {"mariadb", Engine::mariadb},
     {"postgresql", Engine::postgresql}}};

/// What stands before the separator, which is removed with it; nothing when it is not there.
std::optional<std::string_view> take_until(std::string_view& text, std::size_t position) {
  if (position == std::string_view::npos) return std::nullopt;
  const std::string_view head = text.substr(0, position);
  text.remove_prefix(position + 1);
  return head;
}

/// "HOST:PORT", "[ADDRESS]:PORT"; the port may be missing.
bool read_host(std::string_view text, Address& address) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  address.host = base::percent_decoded(host);
  if (colon == std::string_view::npos) return true;
  const auto port = base::parse_decimal<std::uint16_t>(text.substr(colon + 1));
  address.port = port.value_or(0);
  return address.port != 0;
}

/// "//USER:PASSWORD@HOST:PORT/NAME?socket=PATH".
Parsed read_server(std::string_view rest, Address address) {
  if (!rest.starts_with("//")) return tl::unexpected(std::string("\"//\" is missing"));
  rest.remove_prefix(2);
  std::string_view authority = take_until(rest, rest.find('/')).value_or("");
  if (auto credentials = take_until(authority, authority.rfind('@'))) {
    const auto user = take_until(*credentials, credentials->find(':'));
    address.user = base::percent_decoded(user.value_or(*credentials));
    if (user) address.password = base::percent_decoded(*credentials);
  }
  if (!read_host(authority, address)) return tl::unexpected(std::string("the port is no number"));
  std::string_view query = rest;
  const auto name = take_until(query, rest.find('?'));
  address.name = base::percent_decoded(name.value_or(rest));
  if (name) {
    if (!query.starts_with("socket="))
      return tl::unexpected(std::string("only \"socket=\" may stand after \"?\""));
    address.host = base::percent_decoded(query.substr(7));
  }
  if (address.host.empty()) address.host = "localhost";
  if (address.name.empty()) return tl::unexpected(std::string("the database's name is missing"));
  return address;
}

}  // namespace

std::string_view to_string(Engine engine) {
  switch (engine) {
    case Engine::sqlite:
      return "SQLite";
    case Engine::mariadb:
      return "MariaDB";
    case Engine::postgresql:
      break;
  }
  return "PostgreSQL";
}

Parsed Address::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  for (const auto& [name, engine] : schemes) {
    if (colon == std::string_view::npos || !base::iequals(name, scheme)) continue;
    const std::string_view rest = text.substr(colon + 1);
    Address address;
    address.engine = engine;
    if (engine != Engine::sqlite) return read_server(rest, std::move(address));
    address.path = rest;
    if (rest.find('"') != std::string_view::npos)
      return tl::unexpected(std::string("a path with a quotation mark can't be used"));
    if (rest.empty()) return tl::unexpected(std::string("the file's path is missing"));
    return address;
  }
  return tl::unexpected(
      std::string("it must begin with \"sqlite:\", \"mysql://\" or \"postgresql://\""));
}

std::string Address::text() const {
  if (engine == Engine::sqlite) return "sqlite:" + path;
  std::string result = engine == Engine::mariadb ? "mysql://" : "postgresql://";
  if (!user.empty()) result += user + "@";
  result += host;
  if (port != 0) result += ":" + std::to_string(port);
  return result + "/" + name;
}

}  // namespace dmarc::store
