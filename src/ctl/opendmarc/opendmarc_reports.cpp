// opendmarc-reports: OpenDMARC's command line and settings for sending the reports that are due.

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <ostream>

#include <dmarc/header_field.h>

#include "aggregate/period.h"
#include "base/ascii.h"
#include "base/decimal.h"
#include "base/read_file.h"
#include "config/values.h"
#include "ctl/opendmarc/opendmarc_program.h"
#include "ctl/reports/database.h"
#include "ctl/reports/report.h"
#include "sending/curl/transports.h"

namespace dmarc::ctl {
namespace {

constexpr const char* default_config = "/etc/opendmarc/opendmarc-reports.conf";
constexpr std::string_view program = "opendmarc-reports";

constexpr auto options = joined(
    std::array{
        PerlOption{"config", "file", "configuration file [/etc/opendmarc/opendmarc-reports.conf]"},
        PerlOption{"day", "", "send reports for the last day (the default)"}, opendmarc_dsn_option},
    opendmarc_database_options,
    std::array{
        PerlOption{"domain", "name", "force a report for the named domain"},
        PerlOption{"forensic", "", "send the message on standard input"},
        PerlOption{"interval", "secs", "report interval; a day is the only one there is"},
        PerlOption{"keepfiles", "", "keep report files (in the work directory)"},
        PerlOption{"workdir", "dir", "directory for report files [.]"},
        PerlOption{"n", "", "the same as --test"},
        PerlOption{"test", "", "don't send reports; imply --keepfiles"},
        PerlOption{"nodomain", "name", "omit a report for the named domain (several)"},
        PerlOption{"skipdomains", "file", "a file of domains to omit"},
        PerlOption{"no-reports-list", "file",
                   "a file of addresses and domains that get no reports"},
        PerlOption{"NoReportsList", "file", "the same"},
        PerlOption{"update", "", "record that the reports have been sent (always done)"},
        PerlOption{"report-bcc", "addr", "send a copy of each report there"},
        PerlOption{"report-contact", "addr", "further contact information in reports"},
        PerlOption{"report-email", "addr", "From address of reports"},
        PerlOption{"report-org", "name", "organization that reports"},
        PerlOption{"smtp-server", "host", "SMTP server [127.0.0.1]"},
        PerlOption{"smtp-port", "port", "its port [25]"},
        PerlOption{"smtp-username", "name", "user name at the server"},
        PerlOption{"smtp-password", "word", "password at the server"},
        PerlOption{"smtp-ssl", "", "use TLS from the start"},
        PerlOption{"smtp-ssl-ca-file", "file",
                   "authorities that may sign the server's certificate"},
        PerlOption{"stale-check", "", "not supported: it tells a third party who gets reports"},
        PerlOption{"stale-def-deny", "", "not supported"},
        PerlOption{"stale-server", "url", "not supported"},
        PerlOption{"utc", "", "use UTC (always done)"},
        PerlOption{"verp", "", "use VERP; see ReportBounceAddress in opendmarc.conf(5)"}});

int fail(Terminal terminal, std::string_view problem) {
  return opendmarc_error(terminal, program, problem);
}

void warn(Terminal terminal, std::string_view what) {
  terminal.err << program << ": " << what << "\n";
}

/// The options, completed from the configuration file. The error is one line.
tl::expected<PerlOptions, std::string> with_file(const PerlOptions& given) {
  const auto path = given.value("config");
  if (!path && ::access(default_config, F_OK) != 0) return given;
  const std::string name = path.value_or(default_config);
  const auto text = base::read_file(name);
  if (!text)
    return tl::unexpected("unable to open " + name + ": " + base::error_text(text.error()));
  const auto words = read_reports_config(options, *text);
  if (!words) return tl::unexpected(name + ": " + words.error());
  const auto from_file = PerlOptions::parse(options, *words);
  if (!from_file) return tl::unexpected(name + ": " + from_file.error());
  return given.over(*from_file);
}

/// An option's value, or that of an environment variable.
std::optional<std::string> value_or_variable(const PerlOptions& given, std::string_view option,
                                             const char* variable) {
  if (auto value = given.value(option)) return value;
  if (const char* const value = std::getenv(variable)) return value;
  return std::nullopt;
}

tl::expected<std::optional<sending::MailAddress>, std::string> address_of(const PerlOptions& given,
                                                                          std::string_view option) {
  const auto text = given.value(option);
  if (!text) return std::optional<sending::MailAddress>();
  auto address = sending::MailAddress::parse(*text);
  if (!address)
    return tl::unexpected("--" + std::string(option) + "=" + base::printable(*text) + ": " +
                          address.error());
  return std::optional(*std::move(address));
}

/// The error is one line.
tl::expected<void, std::string> apply_server(sending::SmtpServer& server,
                                             const PerlOptions& given) {
  if (const auto host = value_or_variable(given, "smtp-server", "OPENDMARC_SMTPSERVER"))
    server.host = *host;
  if (const auto text = value_or_variable(given, "smtp-port", "OPENDMARC_SMTPPORT")) {
    const auto port = base::parse_decimal<std::uint16_t>(*text);
    if (!port || *port == 0) return tl::unexpected("no port: " + base::printable(*text));
    server.port = *port;
  }
  if (const auto user = given.value("smtp-username")) server.user = *user;
  if (const auto password = given.value("smtp-password")) server.password = *password;
  if (const auto file = given.value("smtp-ssl-ca-file")) server.ca_file = *file;
  if (given.flag("smtp-ssl")) server.tls = sending::SmtpServer::Tls::implicit;
  return {};
}

/// Puts what the options say into the settings. The error is one line.
tl::expected<void, std::string> apply(sending::Settings& settings, const PerlOptions& given) {
  settings.way = sending::Settings::Way::smtp;
  const auto email = address_of(given, "report-email");
  if (!email) return tl::unexpected(email.error());
  if (*email) settings.email = *email;
  const auto bcc = address_of(given, "report-bcc");
  if (!bcc) return tl::unexpected(bcc.error());
  if (*bcc) settings.bcc = *bcc;
  if (const auto name = given.value("report-org")) settings.org_name = *name;
  if (const auto contact = given.value("report-contact")) settings.contact = *contact;
  if (given.flag("verp") && !settings.bounces) settings.bounces = settings.email;
  for (const char* option : {"no-reports-list", "NoReportsList"}) {
    const auto path = given.value(option);
    if (!path) continue;
    const auto text = base::read_file(*path);
    if (!text) return tl::unexpected(*path + ": " + base::error_text(text.error()));
    for (const config::ListEntry& entry : config::parse_list_file(*text))
      settings.no_reports.add(entry.text);
  }
  return apply_server(settings.smtp, given);
}

tl::expected<std::set<std::string>, std::string> skipped_domains(const PerlOptions& given) {
  std::set<std::string> domains;
  for (const std::string& name : given.values("nodomain"))
    domains.insert(base::lower(name));
  if (const auto path = given.value("skipdomains")) {
    const auto text = base::read_file(*path);
    if (!text) return tl::unexpected(*path + ": " + base::error_text(text.error()));
    for (const config::ListEntry& entry : config::parse_list_file(*text))
      domains.insert(base::lower(entry.text));
  }
  return domains;
}

void warn_of_what_is_ignored(const PerlOptions& given, Terminal terminal) {
  if (given.value("interval").value_or("86400") != "86400")
    warn(terminal, "--interval is ignored: a report is on one day (UTC)");
  if (given.mentions("update") && !given.flag("update"))
    warn(terminal, "--noupdate is ignored: what was sent is always recorded");
  if (given.flag("stale-check") || given.flag("stale-def-deny"))
    warn(terminal, "--stale-check is ignored: it would tell a third party who gets reports");
}

// --- --forensic ----------------------------------------------------------------------------------

/// The addresses in To, Cc and Bcc.
std::vector<std::string> recipients_of(std::string_view message) {
  std::vector<std::string> recipients;
  std::size_t body = 0;
  for (const mail::HeaderField& field : mail::split_header_block(message, body)) {
    if (!mail::is_field(field, "To") && !mail::is_field(field, "Cc") &&
        !mail::is_field(field, "Bcc"))
      continue;
    for (std::string_view part : base::split(field.value, ',')) {
      if (const std::size_t bracket = part.rfind('<'); bracket != std::string_view::npos)
        part = part.substr(bracket + 1, part.find('>', bracket) - bracket - 1);
      if (const auto address = sending::MailAddress::parse(base::trim(part)))
        recipients.push_back(address->text());
    }
  }
  return recipients;
}

int send_forensic(const sending::Settings& settings, Terminal terminal) {
  const auto message = read_input("-");
  if (!message) return fail(terminal, message.error().text);
  if (message->empty()) return fail(terminal, "no message on standard input");
  const auto recipients = recipients_of(*message);
  if (recipients.empty()) return fail(terminal, "the message names no recipients");
  auto transport = sending::SmtpTransport::make(settings.smtp);
  if (!transport) return fail(terminal, transport.error());
  const std::string sender = settings.email ? settings.email->text() : "";
  const auto outcome = (*transport)->send({sender, recipients}, *message);
  if (outcome.state == sending::Outcome::State::sent) return status::ok;
  return fail(terminal, "the message was not sent: " + outcome.answer);
}

// --- aggregate reports ---------------------------------------------------------------------------

int send_aggregate(const config::Configuration& settings, const PerlOptions& given,
                   Terminal terminal) {
  auto skipped = skipped_domains(given);
  if (!skipped) return fail(terminal, skipped.error());
  ReportJob job;
  job.program = program;
  const std::int64_t now = std::time(nullptr);
  job.periods = {aggregate::utc_day(aggregate::utc_day(now).begin - 1)};
  job.domain = given.value("domain");
  if (job.domain) job.domain = base::lower(*job.domain);
  job.resume = !job.domain;
  job.skipped = *std::move(skipped);
  job.dry_run = given.flag("test") || given.flag("n");
  job.verbose = given.flag("verbose");
  if (given.flag("keepfiles")) job.keep_folder = given.value("workdir").value_or(".");
  const auto address = opendmarc_database(given);
  if (!address) return fail(terminal, address.error().text);
  const auto resolver = make_resolver({}, settings);
  if (!resolver) return fail(terminal, resolver.error().text);
  const auto database = open_store(*address);
  const auto outcome = run_report_job(job, settings, *database, **resolver, terminal);
  if (!outcome) return fail(terminal, outcome.error().text);
  if (job.verbose) warn(terminal, summary(*outcome));
  return status::ok;
}

int run(const PerlOptions& words, Terminal terminal) {
  const auto given = with_file(words);
  if (!given) return fail(terminal, given.error());
  auto settings = read_configuration({});
  if (!settings) return fail(terminal, settings.error().text);
  const auto applied = apply(settings->submission, *given);
  if (!applied) return fail(terminal, applied.error());
  warn_of_what_is_ignored(*given, terminal);
  if (given->flag("forensic")) return send_forensic(settings->submission, terminal);
  return send_aggregate(*settings, *given, terminal);
}

}  // namespace

const OpendmarcProgram opendmarc_reports{program, "", options, run};

}  // namespace dmarc::ctl
