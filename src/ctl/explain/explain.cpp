// dmarcctl explain: why a message is judged as it is.

#include <algorithm>
#include <array>
#include <ctime>
#include <ostream>

#include "base/ascii.h"
#include "ctl/explain/explanation.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"
#include "mail/auth_results.h"
#include "policy/authserv_ids.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{
    Flag{"ip", "ADDRESS", "address of the SMTP client (required)"},
    Flag{"client-name", "NAME", "host name of the SMTP client (default \"unknown\")"},
    Flag{"helo", "NAME", "what it said in HELO or EHLO (default \"unknown\")"},
    Flag{"mail-from", "ADDRESS", "envelope sender (default empty: the null reverse-path)"},
    config_flag,
    nameserver_flag,
    zone_flag,
    json_flag,
};

constexpr std::array<ExitStatus, 7> statuses{{
    {status::ok, "dmarc=pass or dmarc=none"},
    {1, "dmarc=fail, or the message is rejected for another reason"},
    {2, "dmarc=permerror"},
    {status::usage, "wrong arguments"},
    {status::no_input, "the message or the zone file can't be read"},
    {status::temporary_failure, "dmarc=temperror"},
    {status::config, "the configuration or the zone file is wrong"},
}};

/// How the message arrived.
struct Envelope {
  base::IpAddress client;
  std::string client_name;
  std::string helo;
  std::string sender;  ///< with or without angle brackets; empty for the null reverse-path
};

/// `body` is left where the body of `text` begins.
policy::Message make_message(const Envelope& envelope, std::string_view text, std::size_t& body) {
  policy::Message message;
  message.job_id = "explain";
  message.client_name = envelope.client_name;
  message.client = envelope.client.unmapped();
  message.helo = envelope.helo;
  const bool bracketed = envelope.sender.starts_with('<');
  message.sender =
      mail::parse_reverse_path(bracketed ? envelope.sender : "<" + envelope.sender + ">");
  message.arrival = std::time(nullptr);
  message.header = mail::split_header_block(text, body);
  return message;
}

std::vector<FieldUse> uses_of_fields(const policy::Message& message,
                                     const policy::Settings& settings,
                                     const policy::Judgement& judgement) {
  const policy::AuthservIds ids(message, settings);
  const auto& fields = judgement.authentication.fields;
  std::vector<FieldUse> uses;
  for (const mail::HeaderField* field :
       mail::fields_named(message.header, "Authentication-Results")) {
    FieldUse use;
    use.index = uses.size() + 1;
    use.authserv_id = mail::claimed_authserv_id(field->value).value_or("");
    use.trusted = ids.trusts(use.authserv_id);
    use.removed = std::any_of(judgement.removals.begin(), judgement.removals.end(),
                              [&](const policy::Removal& gone) { return gone.index == use.index; });
    const auto known = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& each) { return each.index == use.index; });
    if (known != fields.end()) use.problem = known->doubt;
    uses.push_back(std::move(use));
  }
  return uses;
}

Explanation explain(const Envelope& envelope, std::string_view text,
                    const config::Configuration& settings, dns::AsyncResolver& resolver) {
  dns::LookupSession lookups(resolver, {.timeout = settings.dns.timeout});
  Explanation result;
  std::size_t body = 0;
  result.message = make_message(envelope, text, body);
  const std::string whole_body = base::with_crlf(text.substr(body));
  result.judgement = policy::judge(
      result.message, policy::gather(result.message, settings.policy, lookups, whole_body),
      settings.policy);
  result.fields = uses_of_fields(result.message, settings.policy, result.judgement);
  result.lookups = lookups.entries();
  // Afterwards: it may ask for more than the judgement needed.
  if (const auto& own = result.judgement.authentication.own_dkim)
    result.signatures = report_signatures(result.message.header, whole_body, *own, lookups);
  result.client_ignored =
      settings.policy.ignore_hosts.contains(envelope.client_name, result.message.client);
  return result;
}

int exit_status(const policy::Judgement& judgement) {
  switch (judgement.result) {
    case Result::temperror:
      return status::temporary_failure;
    case Result::fail:
      return 1;
    case Result::permerror:
      return judgement.action == policy::Action::reject ? 1 : 2;
    case Result::none:
    case Result::pass:
      break;
  }
  return judgement.action == policy::Action::reject ? 1 : status::ok;
}

int run(const Arguments& arguments, Terminal terminal) {
  const auto fail = [&](const InputError& error) {
    if (error.status == status::usage) return usage_error(terminal, "explain", error.text);
    return failure(terminal, "explain", error.text, error.status);
  };
  if (arguments.operands().size() != 1)
    return usage_error(terminal, "explain",
                       "one message is needed: a file, or - for standard input");
  const auto client = client_address(arguments);
  if (!client) return fail(client.error());
  const auto settings = read_configuration(arguments);
  if (!settings) return fail(settings.error());
  print_warnings(terminal.err, *settings);
  const auto resolver = make_resolver(arguments, *settings);
  if (!resolver) return fail(resolver.error());
  const auto text = read_input(arguments.operands().front());
  if (!text) return fail(text.error());

  const Envelope envelope{*client, arguments.value_or("client-name", "unknown"),
                          arguments.value_or("helo", "unknown"),
                          arguments.value_or("mail-from", "")};
  const Explanation explanation = explain(envelope, *text, *settings, **resolver);
  if (arguments.has("json"))
    terminal.out << json_of(explanation).text() << "\n";
  else
    terminal.out << outline_of(explanation).text();
  return exit_status(explanation.judgement);
}

}  // namespace

const Subcommand explain_subcommand{
    "explain", "judge one message and show everything that led to the result",
    "FILE|-",  flags,
    statuses,  run};

}  // namespace dmarc::ctl
