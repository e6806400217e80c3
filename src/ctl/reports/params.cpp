// dmarcctl params and opendmarc-params: fix where the reports on a domain go.

#include <array>
#include <ostream>

#include <dmarc/domain_name.h>

#include "base/ascii.h"
#include "ctl/opendmarc/opendmarc_program.h"
#include "ctl/reports/database.h"
#include "dmarc/report_uri.h"
#include "sending/addresses.h"
#include "store/policies.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{
    Flag{"rua", "URIS", "send the domain's reports there, whatever its record says"},
    Flag{"unlock", "", "follow its record again"},
    database_flag,
    config_flag,
};

constexpr std::array statuses{
    ExitStatus{status::ok, "done"},
    ExitStatus{status::unavailable, "the database can't be used"},
    ExitStatus{status::config, "the configuration is wrong"},
};

/// Far more than anybody publishes.
constexpr std::size_t max_uris = 100;

/// What is put into the database: valid URIs, joined by commas.
Input<std::string> read_uris(const std::string& text) {
  const UriList list = parse_uri_list(text, max_uris);
  if (!list.problems.empty())
    return tl::unexpected(InputError{status::usage, "--rua: " + list.problems.front()});
  for (const std::string& uri : list.uris)
    if (const auto target = sending::parse_report_uri(uri); !target)
      return tl::unexpected(InputError{status::usage, "--rua: " + uri + ": " + target.error()});
  std::string uris = store::join_uris(list.uris, text.size());
  if (uris.size() > store::max_repuri) {
    return tl::unexpected(InputError{
        status::usage, "--rua: more than " + std::to_string(store::max_repuri) + " octets"});
  }
  return uris;
}

/// With neither --rua nor --unlock the reports go to nobody, as OpenDMARC's program intended.
Input<void> set(const store::DatabaseAddress& address, const std::string& domain,
                const std::optional<std::string>& rua, bool unlock) {
  const auto name = dns::Name::parse(domain);
  if (!name) {
    return tl::unexpected(
        InputError{status::usage, "\"" + base::printable(domain) + "\" is not a domain name"});
  }
  const auto uris = read_uris(rua.value_or(""));
  if (!uris) return tl::unexpected(uris.error());
  const auto database = open_store(address);
  if (unlock)
    store::release_rua(*database, name->text());
  else
    store::fix_rua(*database, name->text(), *uris);
  return {};
}

int run(const Arguments& arguments, Terminal terminal) {
  if (arguments.operands().size() != 1) return usage_error(terminal, "params", "one domain wanted");
  if (arguments.has("unlock") == arguments.has("rua"))
    return usage_error(terminal, "params", "either --rua or --unlock");
  const auto settings = read_configuration(arguments);
  if (!settings) return failure(terminal, "params", settings.error().text, status::config);
  const auto address = database_address(arguments, *settings);
  if (!address) return failure(terminal, "params", address.error().text, address.error().status);
  const auto done =
      set(*address, arguments.operands().front(), arguments.value("rua"), arguments.has("unlock"));
  if (!done) return failure(terminal, "params", done.error().text, done.error().status);
  return status::ok;
}

constexpr auto params_options = joined(
    opendmarc_database_options, std::array{PerlOption{"rua", "string", "reporting URI(s) to use"},
                                           PerlOption{"unlock", "", "unlock the parameters"}});

int run_opendmarc_params(const PerlOptions& options, Terminal terminal) {
  const auto address = opendmarc_database(options);
  if (!address) return opendmarc_error(terminal, opendmarc_params.name, address.error().text);
  const auto done =
      set(*address, options.operands().front(), options.value("rua"), options.flag("unlock"));
  if (!done) return opendmarc_error(terminal, opendmarc_params.name, done.error().text);
  return status::ok;
}

}  // namespace

const Subcommand params_subcommand{
    "params", "fix where a domain's reports go", "DOMAIN", flags, statuses, run};

const OpendmarcProgram opendmarc_params{"opendmarc-params", "domain", params_options,
                                        run_opendmarc_params};

}  // namespace dmarc::ctl
