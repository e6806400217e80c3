// dmarcctl spf: may this client send mail for that sender?

#include <array>
#include <ctime>
#include <ostream>

#include <dmarc/reverse_path.h>
#include <dmarc/spf.h>

#include "ctl/explain/spf_view.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{
    Flag{"ip", "ADDRESS", "address of the SMTP client (required)"},
    Flag{"helo", "NAME", "what it said in HELO or EHLO (default \"unknown\")"},
    Flag{"mail-from", "ADDRESS", "envelope sender (default empty: the HELO name is checked)"},
    config_flag,
    nameserver_flag,
    zone_flag,
    Flag{"explanation", "",
         "show what the domain says about a fail (exp=); it is the sender's text"},
    json_flag,
};

constexpr std::array<ExitStatus, 7> statuses{{
    {status::ok, "pass"},
    {1, "fail"},
    {2, "none, neutral or softfail"},
    {3, "permerror"},
    {status::usage, "wrong arguments"},
    {status::temporary_failure, "temperror"},
    {status::config, "the configuration or the zone file is wrong"},
}};

int exit_status(spf::Code code) {
  switch (code) {
    case spf::Code::pass:
      return status::ok;
    case spf::Code::fail:
      return 1;
    case spf::Code::permerror:
      return 3;
    case spf::Code::temperror:
      return status::temporary_failure;
    case spf::Code::none:
    case spf::Code::neutral:
    case spf::Code::softfail:
      break;
  }
  return 2;
}

int run(const Arguments& arguments, Terminal terminal) {
  const auto fail = [&](const InputError& error) {
    if (error.status == status::usage) return usage_error(terminal, "spf", error.text);
    return failure(terminal, "spf", error.text, error.status);
  };
  if (!arguments.operands().empty())
    return usage_error(terminal, "spf", "there is nothing to give but options");
  const auto client = client_address(arguments);
  if (!client) return fail(client.error());
  const auto settings = read_configuration(arguments);
  if (!settings) return fail(settings.error());
  print_warnings(terminal.err, *settings);
  const auto resolver = make_resolver(arguments, *settings);
  if (!resolver) return fail(resolver.error());

  dns::LookupSession lookups(**resolver, {.timeout = settings->dns.timeout});
  const spf::Request request{
      client->unmapped(), arguments.value_or("helo", "unknown"),
      mail::parse_reverse_path("<" + arguments.value_or("mail-from", "") + ">")};
  spf::Options options = settings->policy.spf;
  options.explanation = arguments.has("explanation");
  options.now = std::time(nullptr);
  const spf::Result result = spf::check(request, lookups, options);
  if (arguments.has("json")) {
    terminal.out << base::Json::object()
                        .set("spf", json_of(result))
                        .set("lookups", json_of(lookups.entries()))
                        .text()
                 << "\n";
  } else {
    Outline outline = spf_outline(result);
    outline.add(spf_tree(result, lookups.entries()));
    terminal.out << outline.text();
  }
  return exit_status(result.code);
}

}  // namespace

const Subcommand spf_subcommand{
    "spf", "check SPF and show the look-ups that it took", "", flags, statuses, run};

}  // namespace dmarc::ctl
