#include <optional>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/read_file.h"
#include "config/fill.h"
#include "config/values.h"
#include "sending/bounce.h"
#include "sending/command.h"

namespace dmarc::config {
namespace {

using sending::MailAddress;
using sending::Settings;
using sending::SmtpServer;

Filled fill_address(Context& context, Text option, std::optional<MailAddress>& address) {
  if (!context.values().is_set(option)) return {};
  const std::string text = context.values().text(option);
  auto parsed = MailAddress::parse(text);
  if (!parsed) return context.wrong(option, text, "an address such as \"user@example.org\"");
  address = std::move(*parsed);
  return {};
}

Filled fill_names(Context& context, Settings& settings) {
  settings.org_name = context.values().text("ReportOrgName");
  settings.contact = context.values().text("ReportContact");
  return fill_address(context, "ReportEmail", settings.email)
      .and_then([&] { return fill_address(context, "ReportBcc", settings.bcc); })
      .and_then([&] { return fill_address(context, "ReportBounceAddress", settings.bounces); })
      .and_then([&]() -> Filled {
        if (!settings.bounces || settings.bounces->local.size() <= sending::max_bounce_local)
          return {};
        return context.wrong(
            "ReportBounceAddress", settings.bounces->text(),
            "at most " + std::to_string(sending::max_bounce_local) + " characters before \"@\"");
      });
}

Filled fill_key(Context& context, Settings& settings) {
  const Values& values = context.values();
  if (!values.is_set("ReportDkimKey")) return {};
  if (!values.is_set("ReportDkimSelector"))
    return context.failed("ReportDkimKey needs ReportDkimSelector");
  settings.dkim = {.file = context.located(values.text("ReportDkimKey")),
                   .selector = values.text("ReportDkimSelector"),
                   .domain = values.text("ReportDkimDomain")};
  return {};
}

Filled fill_no_reports(Context& context, Settings& settings) {
  if (!context.values().is_set("NoReportsList")) return {};
  const std::string path = context.file_of("NoReportsList");
  const auto text = base::read_file(path);
  if (!text)
    return context.failed_elsewhere("can't load no-reports list from " + path + ": " +
                                    base::error_text(text.error()));
  for (const ListEntry& entry : parse_list_file(*text))
    settings.no_reports.add(entry.text);
  return {};
}

/// "HOST", "HOST:PORT" or "[IPV6]:PORT".
bool read_server(std::string_view text, SmtpServer& server) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    port = text.substr(end + 1);
    text = text.substr(1, end - 1);
  } else if (const std::size_t colon = text.find(':'); colon == text.rfind(':')) {
    port = colon == std::string_view::npos ? "" : text.substr(colon);
    text = text.substr(0, colon);
  }
  if (!port.empty()) {
    const auto number = base::parse_decimal<std::uint16_t>(port.substr(1));
    if (port.front() != ':' || !number || *number == 0) return false;
    server.port = *number;
  }
  server.host = text;
  const auto name = dns::Name::parse(text);
  return base::IpAddress::parse(text) || (name && name->is_hostname());
}

SmtpServer::Tls read_tls(const Context& context) {
  if (context.values().is({"ReportSmtpTls", "none"})) return SmtpServer::Tls::none;
  if (context.values().is({"ReportSmtpTls", "starttls"})) return SmtpServer::Tls::starttls;
  if (context.values().is({"ReportSmtpTls", "implicit"})) return SmtpServer::Tls::implicit;
  const bool has_user = context.values().is_set("ReportSmtpUser");
  return has_user ? SmtpServer::Tls::starttls : SmtpServer::Tls::opportunistic;
}

Filled fill_server(Context& context, Settings& settings) {
  const Values& values = context.values();
  const std::string server = values.text("ReportSmtpServer");
  if (!read_server(server, settings.smtp))
    return context.wrong("ReportSmtpServer", server, "HOST or HOST:PORT");
  settings.smtp.tls = read_tls(context);
  settings.smtp.ca_file = values.text("ReportSmtpCAFile");
  settings.smtp.user = values.text("ReportSmtpUser");
  settings.smtp.password_file = values.text("ReportSmtpPasswordFile");
  return {};
}

Filled fill_delivery(Context& context, Settings& settings) {
  const Values& values = context.values();
  settings.way = context.values().is({"ReportTransport", "command"}) ? Settings::Way::command
                                                                     : Settings::Way::smtp;
  settings.https = values.flag("ReportHttps");
  settings.older_format = values.is({"ReportFormat", "rfc7489"});
  settings.max_message = static_cast<std::size_t>(values.number("ReportMaxSize"));
  // OpenDMARC gave it to a shell, so that files may hold what has no meaning here; no reason to
  // stop filtering mail.
  if (auto words = sending::split_command(values.text("ReportCommand")))
    settings.command = std::move(*words);
  else
    context.warn("ReportCommand", "ReportCommand can't be used: " + words.error());
  return {};
}

/// "postmaster@example.org, Jo <jo@example.org>"; OpenDMARC had it as the value of a Bcc field.
void fill_copies(Context& context, failure::Settings& settings) {
  constexpr Text option("FailureReportsBcc");
  if (!context.values().is_set(option)) return;
  const std::string text = context.values().text(option);
  for (std::string_view part : base::split(text, ',')) {
    if (const std::size_t bracket = part.rfind('<'); bracket != std::string_view::npos)
      part = part.substr(bracket + 1, part.find('>', bracket) - bracket - 1);
    part = base::trim(part);
    if (auto address = MailAddress::parse(part))
      settings.copies.push_back(std::move(*address));
    else
      context.warn(option,
                   option.name() + ": \"" + std::string(part) + "\" left out: " + address.error());
  }
}

}  // namespace

Filled fill_history(Context& context, History& history) {
  const Values& values = context.values();
  if (values.is_set("HistoryFile")) history.path = context.located(values.text("HistoryFile"));
  history.options.record_all = values.flag("RecordAllMessages");
  history.options.ignore_mail_to = values.list("IgnoreMailTo");
  return {};
}

Filled fill_reports(Context& context, Reports& reports) {
  const Values& values = context.values();
  reports.database = values.text("ReportDatabase");
  reports.password_file = values.text("ReportDatabasePasswordFile");
  return {};
}

Filled fill_submission(Context& context, const std::string& host_name, Settings& settings) {
  if (auto address = MailAddress::parse("postmaster@" + host_name)) settings.email = *address;
  for (const auto step : {fill_names, fill_key, fill_no_reports, fill_server, fill_delivery}) {
    if (auto filled = step(context, settings); !filled) return filled;
  }
  return {};
}

Filled fill_failure_reports(Context& context, const sending::Settings& submission,
                            failure::Settings& settings) {
  const Values& values = context.values();
  settings.enabled = values.flag("FailureReports");
  fill_copies(context, settings);
  settings.criteria = {.on_none = values.flag("FailureReportsOnNone"),
                       .for_operator = !settings.copies.empty()};
  settings.from = values.text("FailureReportsSentBy");
  if (settings.from.empty()) settings.from = values.text("ReportEmail");
  settings.redact = values.flag("FailureReportsRedact");
  settings.rates = {
      .per_destination = static_cast<unsigned>(values.number("FailureReportsPerDestination")),
      .in_all = static_cast<unsigned>(values.number("FailureReportsPerHour"))};
  settings.by_command =
      values.is_set("ReportCommand") || submission.way == sending::Settings::Way::command;
  // Somebody who has chosen another way than mail must not find the reports mailed.
  if (settings.enabled && settings.by_command && submission.command.empty()) {
    settings.enabled = false;
    context.warn("FailureReports", "FailureReports is off: ReportCommand can't be used");
  }
  return {};
}

}  // namespace dmarc::config
