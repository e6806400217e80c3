#include "policy/dkim_source.h"

#include <algorithm>

namespace dmarc::policy {
namespace {

/// As it was on the wire: each line end is CRLF, and a blank follows each colon. Those that the MTA
/// left out are counted.
std::size_t octets_of(const mail::HeaderBlock& header) {
  std::size_t octets = 0;
  for (const mail::HeaderField& field : header) {
    octets += field.name.size() + field.value.size() + 3;
    if (!field.value.starts_with(' ')) ++octets;
    octets += static_cast<std::size_t>(std::ranges::count(field.value, '\n') -
                                       std::ranges::count(field.value, '\r'));
  }
  return octets;
}

bool is_signed(const mail::HeaderBlock& header) {
  return std::ranges::any_of(
      header, [](const auto& field) { return mail::is_field(field, "DKIM-Signature"); });
}

}  // namespace

DkimSource dkim_source(const Message& message, const Settings& settings) {
  const bool believes = !settings.dkim_ignore_results;
  if (is_signed(message.header)) {
    if (settings.dkim_self_validate != SelfValidate::never) return DkimSource::own;
    return believes ? DkimSource::matched : DkimSource::nothing;
  }
  if (!believes || settings.dkim_self_validate == SelfValidate::always) return DkimSource::nothing;
  return octets_of(message.header) <= max_believed_header ? DkimSource::upstream
                                                          : DkimSource::nothing;
}

}  // namespace dmarc::policy
