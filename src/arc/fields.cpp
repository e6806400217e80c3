#include "arc/fields.h"

#include <array>
#include <utility>

#include "base/ascii.h"
#include "base/decimal.h"
#include "mail/auth_results.h"
#include "mail/lexer.h"
#include "mail/limits.h"
#include "mail/tag_list.h"

namespace dmarc::arc {
namespace {

/// RFC 8617 section 4.2.1 "Instance Tags": 1 to 50.
std::optional<unsigned> read_instance(std::string_view text) {
  const auto number = base::parse_decimal<unsigned>(text);
  if (!number || *number == 0 || *number > mail::max_arc_sets) return std::nullopt;
  return number;
}

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
  const std::size_t end = value.find(';');
  if (end == std::string_view::npos) return std::nullopt;
  mail::TagList first(value.substr(0, end));
  const auto tag = first.next();
  if (!tag || !base::iequals(tag->name, "i")) return std::nullopt;
  const auto instance = read_instance(tag->value);
  const auto results = mail::parse_auth_results(value.substr(end + 1));
  if (!instance || !results) return std::nullopt;
  ArcAuthResults read{*instance, {}};
  bool seen = false;
  for (const mail::MethodResult& result : results->results) {
    if (result.method != "arc") continue;
    read.client_ip = seen ? std::string() : client_of(result);
    seen = true;
  }
  return read;
}

}  // namespace dmarc::arc
