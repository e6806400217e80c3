#include "ctl/explain/explanation.h"

#include <algorithm>

#include "mail/auth_results.h"
#include "policy/authserv_ids.h"

namespace dmarc::ctl {
namespace {

policy::Message make_message(const Envelope& envelope, std::string_view text) {
  policy::Message message;
  message.job_id = "explain";
  message.client_name = envelope.client_name;
  message.client = envelope.client.unmapped();
  message.helo = envelope.helo;
  const bool bracketed = envelope.sender.starts_with('<');
  message.sender =
      mail::parse_reverse_path(bracketed ? envelope.sender : "<" + envelope.sender + ">");
  std::size_t body = 0;
  message.header = mail::split_header_block(text, body);
  return message;
}

std::vector<FieldUse> uses_of_fields(const policy::Message& message,
                                     const policy::Settings& settings,
                                     const policy::Judgement& judgement) {
  const policy::AuthservIds ids(message, settings);
  std::vector<FieldUse> uses;
  for (const mail::HeaderField* field :
       mail::fields_named(message.header, "Authentication-Results")) {
    FieldUse use;
    use.index = uses.size() + 1;
    use.authserv_id = mail::claimed_authserv_id(field->value).value_or("");
    use.trusted = ids.trusts(use.authserv_id);
    use.removed = std::any_of(judgement.removals.begin(), judgement.removals.end(),
                              [&](const policy::Removal& gone) { return gone.index == use.index; });
    if (const auto results = mail::parse_auth_results(field->value); !results)
      use.problem = mail::describe(results.error());
    uses.push_back(std::move(use));
  }
  return uses;
}

}  // namespace

Explanation explain(const Envelope& envelope, std::string_view text,
                    const config::Configuration& settings, dns::AsyncResolver& resolver) {
  dns::LookupSession lookups(resolver, {.timeout = settings.dns.timeout});
  Explanation result;
  result.message = make_message(envelope, text);
  const auto own_spf = [&] {
    return spf::check({envelope.client.unmapped(), envelope.helo, result.message.sender}, lookups,
                      settings.policy.spf);
  };
  result.judgement = policy::judge(result.message, settings.policy, lookups, own_spf);
  result.fields = uses_of_fields(result.message, settings.policy, result.judgement);
  result.lookups = lookups.entries();
  result.client_ignored =
      settings.policy.ignore_hosts.contains(envelope.client_name, result.message.client);
  return result;
}

}  // namespace dmarc::ctl
