#include "arc/fields.h"

#include <array>
#include <utility>

#include "arc/instance.h"
#include "base/ascii.h"
#include "mail/auth_results.h"
#include "mail/lexer.h"
#include "mail/limits.h"
#include "mail/tag_list.h"

namespace dmarc::arc {
namespace {

std::optional<dns::Name> read_host_name(std::string_view text) {
  auto name = dns::Name::parse(text);
  if (!name || !name->is_hostname()) return std::nullopt;
  return std::move(*name);
}

std::string client_of(const mail::MethodResult& arc) {
  std::string client;
  for (const mail::Property& property : arc.properties) {
    if (property.type != "smtp" || (property.name != "remote-ip" && property.name != "client-ip"))
      continue;
    if (!client.empty()) return {};
    client = property.value;
  }
  return client;
}

}  // namespace

std::optional<ArcSeal> parse_arc_seal(std::string_view value) {
  if (value.size() > mail::max_arc_value) return std::nullopt;
  const auto text = mail::unfold(value);
  if (!text) return std::nullopt;
  struct Wanted {
    std::string_view name;
    std::optional<std::string_view> value;
  };
  std::array<Wanted, 3> wanted{{{"i", {}}, {"d", {}}, {"s", {}}}};
  mail::TagList tags(*text);
  while (const auto tag = tags.next()) {
    if (!tag->is_well_formed()) return std::nullopt;
    for (Wanted& each : wanted) {
      if (!base::iequals(tag->name, each.name)) continue;
      if (each.value) return std::nullopt;
      each.value = tag->value;
    }
  }
  const auto& [instance, domain, selector] = wanted;
  if (!instance.value || !domain.value || !selector.value) return std::nullopt;
  const auto number = read_instance(*instance.value);
  auto name = read_host_name(*domain.value);
  if (!number || !name) return std::nullopt;
  return ArcSeal{*number, std::move(*name), std::string(*selector.value)};
}

std::optional<ArcAuthResults> parse_arc_auth_results(std::string_view value) {
  if (value.size() > mail::max_arc_value) return std::nullopt;
  const auto text = mail::unfold(value);
  const auto prefix = text ? read_instance_prefix(*text) : std::nullopt;
  if (!prefix) return std::nullopt;
  const auto results = mail::parse_auth_results(std::string_view(*text).substr(prefix->size));
  if (!results) return std::nullopt;
  ArcAuthResults read{prefix->instance, {}};
  bool seen = false;
  for (const mail::MethodResult& result : results->results) {
    if (result.method != "arc") continue;
    read.client_ip = seen ? std::string() : client_of(result);
    seen = true;
  }
  return read;
}

}  // namespace dmarc::arc
