#include "base/ascii.h"
#include "config/fill.h"

namespace dmarc::config {
namespace {

using failure::FailureSettings;
using sending::Address;

/// "postmaster@example.org, Jo <jo@example.org>"; OpenDMARC had it as the value of a Bcc field.
void fill_copies(Context& context, FailureSettings& settings) {
  constexpr std::string_view option = "FailureReportsBcc";
  if (!context.values().is_set(option)) return;
  const std::string text = context.values().text(option);
  for (std::string_view part : base::split(text, ',')) {
    if (const std::size_t bracket = part.rfind('<'); bracket != std::string_view::npos)
      part = part.substr(bracket + 1, part.find('>', bracket) - bracket - 1);
    part = base::trim(part);
    if (auto address = Address::parse(part))
      settings.copies.push_back(std::move(*address));
    else
      context.warn(option, std::string(option) + ": \"" + std::string(part) +
                               "\" left out: " + address.error());
  }
}

}  // namespace

Filled fill_failure_reports(Context& context, const sending::Settings& submission,
                            FailureSettings& settings) {
  const Values& values = context.values();
  settings.enabled = values.flag("FailureReports");
  fill_copies(context, settings);
  settings.criteria = {.on_none = values.flag("FailureReportsOnNone"),
                       .for_operator = !settings.copies.empty()};
  settings.from = values.text("FailureReportsSentBy");
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
