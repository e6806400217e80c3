#include "milter/event_data.h"

#include "base/ascii.h"
#include "milter/wire.h"

namespace dmarc::milter {
namespace {

/// Sendmail writes IPv6 addresses as it does in mail headers.
std::string_view without_tag(std::string_view address) {
  constexpr std::string_view tag = "IPv6:";
  if (base::iequals(address.substr(0, tag.size()), tag)) address.remove_prefix(tag.size());
  return address;
}

}  // namespace

std::optional<ClientData> read_client(std::string_view data) {
  wire::FieldReader reader(data);
  const auto host = reader.text();
  const auto family = reader.octet();
  if (!host || !family) return std::nullopt;
  ClientData client{*host, {}};
  if (*family == wire::family::unknown) return client;
  const auto port = reader.port();
  const auto address = reader.text();
  if (!port || !address) return std::nullopt;
  if (*family == wire::family::local) return client;
  const bool v4 = *family == wire::family::inet;
  if (!v4 && *family != wire::family::inet6) return std::nullopt;
  // A client whose address can't be read must not pass for one that has none.
  const auto parsed = base::IpAddress::parse(without_tag(*address));
  if (!parsed || parsed->is_v4() != v4) return std::nullopt;
  client.address = *parsed;
  return client;
}

std::optional<FieldData> read_field(std::string_view data) {
  wire::FieldReader reader(data);
  const auto name = reader.text();
  const auto value = reader.text();
  if (!name || !value) return std::nullopt;
  return FieldData{*name, *value};
}

std::optional<std::string_view> read_first_text(std::string_view data) {
  return wire::FieldReader(data).text();
}

}  // namespace dmarc::milter
