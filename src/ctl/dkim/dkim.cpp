// dmarcctl dkim: the signatures of a message, or the key that a domain publishes.

#include <algorithm>
#include <array>
#include <ctime>
#include <ostream>
#include <string>

#include <dmarc/author_domain.h>

#include "base/ascii.h"
#include "ctl/dkim/signature_report.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"
#include "dkim/key_cache.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{
    Flag{"key", "SELECTOR", "look at the key that a domain publishes under SELECTOR"},
    config_flag,
    nameserver_flag,
    zone_flag,
    json_flag,
};

constexpr std::array<ExitStatus, 7> statuses{{
    {status::ok, "a signature passes, or the key can be used"},
    {1, "no signature passes, or the key can't be used"},
    {2, "the message has no signature, or there is no key"},
    {status::usage, "wrong arguments"},
    {status::no_input, "the message or the zone file can't be read"},
    {status::temporary_failure, "the look-up of a key failed, and nothing passes"},
    {status::config, "the configuration or the zone file is wrong"},
}};

int exit_status(const dkim::Result& result) {
  const auto any = [&](dkim::Code code) {
    return std::any_of(result.signatures.begin(), result.signatures.end(),
                       [code](const auto& found) { return found.code() == code; });
  };
  if (result.signatures.empty()) return 2;
  if (any(dkim::Code::pass)) return status::ok;
  return any(dkim::Code::temperror) ? status::temporary_failure : 1;
}

int exit_status(const KeyLookup& lookup) {
  if (lookup.answer->outcome == dns::Outcome::temporary_failure) return status::temporary_failure;
  if (lookup.keys.empty()) return 2;
  return lookup.usable() ? status::ok : 1;
}

int show_key(const std::string& selector, const std::string& domain, bool as_json,
             dns::Resolver& resolver, Terminal terminal) {
  const auto prefix = dkim::read_domain(selector);
  if (!prefix)
    return usage_error(terminal, "dkim", "\"" + base::printable(selector) + "\" is not a selector");
  const auto name =
      dkim::read_domain(domain.ends_with('.') ? domain.substr(0, domain.size() - 1) : domain);
  const auto key = name ? dkim::key_name(*prefix, *name) : std::nullopt;
  if (!key)
    return usage_error(terminal, "dkim",
                       "\"" + base::printable(domain) +
                           "\" is not a domain name that can have a "
                           "key");
  const KeyLookup lookup = look_up_key(*prefix, *name, *key, resolver);
  if (as_json)
    terminal.out << json_of(lookup).text() << "\n";
  else
    terminal.out << outline_of(lookup).text();
  return exit_status(lookup);
}

void print(std::ostream& out, const std::vector<SignatureReport>& reports, std::size_t unread) {
  if (reports.empty()) out << "no DKIM-Signature field\n";
  for (const SignatureReport& report : reports)
    out << outline_of(report).text();
  if (unread > 0) out << unread << " more DKIM-Signature fields are not looked at\n";
}

void print_json(std::ostream& out, const std::vector<SignatureReport>& reports,
                std::size_t unread) {
  auto list = base::Json::array();
  for (const SignatureReport& report : reports)
    list.push(json_of(report));
  out << base::Json::object().set("signatures", std::move(list)).set("unread", unread).text()
      << "\n";
}

int show_signatures(const std::string& message, bool as_json, dns::Resolver& resolver,
                    Terminal terminal) {
  std::size_t begin = 0;
  const mail::HeaderBlock header = mail::split_header_block(message, begin);
  const std::string_view body = std::string_view(message).substr(begin);
  dkim::KeyCache keys;
  const mail::Author author = mail::find_author(header);
  const dkim::Result result =
      dkim::verify({header, body}, author.visible, {.now = std::time(nullptr)}, keys, resolver);
  const auto reports = report_signatures(header, body, result, resolver);
  if (as_json)
    print_json(terminal.out, reports, result.unread);
  else
    print(terminal.out, reports, result.unread);
  return exit_status(result);
}

int run(const Arguments& arguments, Terminal terminal) {
  const auto fail = [&](const InputError& error) {
    return failure(terminal, "dkim", error.text, error.status);
  };
  const auto selector = arguments.value("key");
  if (arguments.operands().size() != 1)
    return usage_error(terminal, "dkim",
                       selector ? "one domain is wanted" : "one message is wanted");
  const auto settings = read_configuration(arguments);
  if (!settings) return fail(settings.error());
  print_warnings(terminal.err, *settings);
  const auto resolver = make_resolver(arguments, *settings);
  if (!resolver) return fail(resolver.error());
  dns::LookupSession lookups(**resolver, {.timeout = settings->dns.timeout});

  const std::string& operand = arguments.operands().front();
  if (selector) return show_key(*selector, operand, arguments.has("json"), lookups, terminal);
  const auto message = read_message(operand);
  if (!message) return fail(message.error());
  return show_signatures(*message, arguments.has("json"), lookups, terminal);
}

}  // namespace

const Subcommand dkim_subcommand{
    "dkim",          "verify the DKIM signatures of a message, or look at a published key",
    "FILE|-|DOMAIN", flags,
    statuses,        run};

}  // namespace dmarc::ctl
