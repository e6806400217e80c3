// dmarcctl reports: what was sent to whom, and what is not to be sent.

#include <algorithm>
#include <array>
#include <ctime>
#include <ostream>

#include "aggregate/period.h"
#include "base/ascii.h"
#include "base/decimal.h"
#include "base/json.h"
#include "ctl/reports/database.h"
#include "ctl/subcommand.h"
#include "ctl/terminal.h"
#include "store/outbox.h"
#include "store/suppressions.h"

namespace dmarc::ctl {
namespace {

constexpr std::size_t default_limit = 100;
constexpr std::size_t max_limit = 100'000;

constexpr std::array flags{
    Flag{"limit", "N", "list: at most N reports (default 100)"},
    Flag{"failed", "", "resend: what failed, of all reports"},
    Flag{"reason", "TEXT", "suppress: the reason, shown in the list"},
    Flag{"days", "N", "suppress: for N days only"},
    json_flag,
    database_flag,
    config_flag,
};

constexpr std::array statuses{
    ExitStatus{status::ok, "done"},
    ExitStatus{1, "there is no such report or address, or the report is being sent"},
    ExitStatus{status::unavailable, "the database can't be used"},
    ExitStatus{status::config, "the configuration is wrong"},
};

// --- how reports and suppressed addresses are shown ----------------------------------------------

/// "1 sent, 2 waiting", in the order of the states.
std::string delivery_counts(const std::vector<store::Delivery>& deliveries) {
  std::array<unsigned, 5> counts{};
  for (const store::Delivery& delivery : deliveries)
    ++counts.at(static_cast<std::size_t>(delivery.state));
  std::string text;
  for (std::size_t state = 0; state < counts.size(); ++state) {
    if (counts.at(state) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(counts.at(state)) + " ";
    text += to_string(static_cast<store::DeliveryState>(state));
  }
  return text.empty() ? "no delivery" : text;
}

std::string destination_text(const store::Delivery& delivery) {
  std::string text = base::printable(delivery.destination);
  if (delivery.part > 1) text += " (part " + std::to_string(delivery.part) + ")";
  return text;
}

Outline delivery_outline(const store::Delivery& delivery) {
  Outline outline(destination_text(delivery) + ": " + std::string(to_string(delivery.state)));
  if (delivery.attempts > 0) {
    outline.add("attempts: " + std::to_string(delivery.attempts) + ", last at " +
                aggregate::time_text(delivery.last_attempt));
  }
  if (delivery.next_attempt > 0 && delivery.state == store::DeliveryState::waiting)
    outline.add("next attempt: " + aggregate::time_text(delivery.next_attempt));
  if (!delivery.answer.empty()) outline.add("answer", delivery.answer);
  return outline;
}

base::Json delivery_json(const store::Delivery& delivery) {
  return base::Json::object()
      .set("destination", delivery.destination)
      .set("part", delivery.part)
      .set("state", to_string(delivery.state))
      .set("attempts", delivery.attempts)
      .set("last_attempt", delivery.last_attempt)
      .set("next_attempt", delivery.next_attempt)
      .set("answer", delivery.answer);
}

base::Json suppression_json(const store::Suppression& suppression) {
  return base::Json::object()
      .set("address", suppression.address)
      .set("reason", suppression.reason)
      .set("added", suppression.added)
      .set("expires", suppression.expires ? base::Json(*suppression.expires) : base::Json());
}

template <typename T>
base::Json array_of(const std::vector<T>& values, base::Json (*element)(const T&)) {
  auto array = base::Json::array();
  for (const T& value : values)
    array.push(element(value));
  return array;
}

/// "2026-11-23  example.org  done  5 messages, 2 rows; 1 sent, 1 waiting  ID".
std::string report_line(const store::ReportSummary& report) {
  return aggregate::day_text(report.key.period) + "  " + base::printable(report.key.domain) + "  " +
         std::string(to_string(report.state)) + "  " + std::to_string(report.messages) +
         " messages, " + std::to_string(report.rows) + " rows; " +
         delivery_counts(report.deliveries) + "  " + report.report_id;
}

Outline report_outline(const store::ReportSummary& report) {
  Outline outline("report " + report.report_id);
  outline.add("domain", report.key.domain);
  outline.add("period: " + aggregate::time_text(report.key.period.begin) + " to " +
              aggregate::time_text(report.key.period.end));
  outline.add("state: " + std::string(to_string(report.state)));
  outline.add("messages: " + std::to_string(report.messages));
  outline.add("rows: " + std::to_string(report.rows));
  outline.add("claimed last by", report.owner);
  Outline& deliveries = outline.add("deliveries");
  for (const store::Delivery& delivery : report.deliveries)
    deliveries.add(delivery_outline(delivery));
  return outline;
}

base::Json report_json(const store::ReportSummary& report) {
  return base::Json::object()
      .set("report_id", report.report_id)
      .set("domain", report.key.domain)
      .set("begin", report.key.period.begin)
      .set("end", report.key.period.end)
      .set("state", to_string(report.state))
      .set("messages", report.messages)
      .set("rows", report.rows)
      .set("owner", report.owner)
      .set("created", report.created)
      .set("deliveries", array_of(report.deliveries, delivery_json));
}

std::string suppression_line(const store::Suppression& suppression) {
  const std::string until =
      suppression.expires ? " until " + aggregate::time_text(*suppression.expires) : "";
  return base::printable(suppression.address) + until + ": " + base::printable(suppression.reason);
}

// --- the actions ---------------------------------------------------------------------------------

struct Call {
  const Arguments& arguments;
  /// Of the action; empty without one.
  std::string operand;
  store::Database& database;
  Terminal terminal;
  std::int64_t now = std::time(nullptr);
};

int refused(const Call& call, const std::string& problem) {
  return failure(call.terminal, "reports", problem, 1);
}

store::Outbox outbox(const Call& call) {
  return {call.database, "dmarcctl reports"};
}

int list(const Call& call) {
  const auto limit = base::parse_decimal<std::size_t>(
      call.arguments.value_or("limit", std::to_string(default_limit)));
  if (!limit || *limit == 0 || *limit > max_limit)
    return usage_error(call.terminal, "reports", "--limit must be a number from 1 to 100000");
  const auto domain =
      call.operand.empty() ? std::nullopt : std::optional(base::lower(call.operand));
  const auto reports = outbox(call).list(domain, *limit);
  if (call.arguments.has("json")) {
    call.terminal.out << array_of(reports, report_json).text() << "\n";
    return status::ok;
  }
  for (const store::ReportSummary& report : reports)
    call.terminal.out << report_line(report) << "\n";
  if (reports.empty()) call.terminal.out << "no reports\n";
  return status::ok;
}

int show(const Call& call) {
  const auto report = outbox(call).find(call.operand);
  if (!report) return refused(call, "no report " + base::printable(call.operand));
  if (call.arguments.has("json"))
    call.terminal.out << report_json(*report).text() << "\n";
  else
    call.terminal.out << report_outline(*report).text();
  return status::ok;
}

/// All reports with a delivery that failed, of those that "list" shows.
int resend_failed(const Call& call) {
  const auto is_failed = [](const store::Delivery& delivery) {
    return delivery.state == store::DeliveryState::failed;
  };
  std::size_t count = 0;
  store::Outbox reports = outbox(call);
  for (const store::ReportSummary& report : reports.list(std::nullopt, max_limit)) {
    if (std::any_of(report.deliveries.begin(), report.deliveries.end(), is_failed) &&
        reports.reopen(report.report_id, call.now, store::Outbox::Again::failed_only))
      ++count;
  }
  call.terminal.out << "the next run of \"dmarcctl report\" sends again what failed of " << count
                    << (count == 1 ? " report\n" : " reports\n");
  return status::ok;
}

int resend(const Call& call) {
  if (call.operand.empty() != call.arguments.has("failed"))
    return usage_error(call.terminal, "reports", "resend: either a report or --failed");
  if (call.operand.empty()) return resend_failed(call);
  if (outbox(call).reopen(call.operand, call.now)) {
    call.terminal.out << "the next run of \"dmarcctl report\" sends it again\n";
    return status::ok;
  }
  const bool exists = outbox(call).find(call.operand).has_value();
  return refused(
      call, (exists ? "just being sent: report " : "no report ") + base::printable(call.operand));
}

int suppress(const Call& call) {
  store::Suppression wanted{.address = base::lower(call.operand),
                            .reason = call.arguments.value_or("reason", "by hand"),
                            .added = call.now,
                            .expires = {}};
  if (const auto text = call.arguments.value("days")) {
    const auto days = base::parse_decimal<unsigned>(*text);
    if (!days || *days == 0)
      return usage_error(call.terminal, "reports", "--days must be a number of days");
    wanted.expires = call.now + *days * aggregate::seconds_per_day;
  }
  store::Suppressions(call.database).add(wanted);
  return status::ok;
}

int unsuppress(const Call& call) {
  if (store::Suppressions(call.database).remove(call.operand)) return status::ok;
  return refused(call, "not suppressed: " + base::printable(call.operand));
}

int suppressed(const Call& call) {
  const auto list = store::Suppressions(call.database).list(call.now);
  if (call.arguments.has("json")) {
    call.terminal.out << array_of(list, suppression_json).text() << "\n";
    return status::ok;
  }
  for (const store::Suppression& row : list)
    call.terminal.out << suppression_line(row) << "\n";
  if (list.empty()) call.terminal.out << "no address is suppressed\n";
  return status::ok;
}

struct Action {
  enum class Operand { none, optional, required };

  std::string_view name;
  Operand operand;
  int (*run)(const Call& call);
};

constexpr std::array actions{
    Action{"list", Action::Operand::optional, list},
    Action{"show", Action::Operand::required, show},
    Action{"resend", Action::Operand::optional, resend},
    Action{"suppress", Action::Operand::required, suppress},
    Action{"unsuppress", Action::Operand::required, unsuppress},
    Action{"suppressed", Action::Operand::none, suppressed},
};

const Action* find_action(const std::vector<std::string>& operands) {
  for (const Action& action : actions) {
    if (operands.empty() || operands.front() != action.name) continue;
    const std::size_t least = action.operand == Action::Operand::required ? 2 : 1;
    const std::size_t most = action.operand == Action::Operand::none ? 1 : 2;
    if (operands.size() >= least && operands.size() <= most) return &action;
  }
  return nullptr;
}

int run(const Arguments& arguments, Terminal terminal) {
  const auto& operands = arguments.operands();
  const Action* const action = find_action(operands);
  if (action == nullptr) {
    return usage_error(terminal, "reports",
                       "list [DOMAIN], show ID, resend ID, suppress ADDRESS, unsuppress ADDRESS "
                       "or suppressed wanted");
  }
  const auto settings = read_configuration(arguments);
  if (!settings) return failure(terminal, "reports", settings.error().text, status::config);
  const auto address = database_address(arguments, *settings);
  if (!address) return failure(terminal, "reports", address.error().text, address.error().status);
  const auto database = open_store(*address);
  return action->run({arguments, operands.size() > 1 ? operands[1] : "", *database, terminal});
}

}  // namespace

const Subcommand reports_subcommand{"reports",
                                    "list, show and resend reports; suppress addresses",
                                    "list|show|resend|suppress|unsuppress|suppressed [OPERAND]",
                                    flags,
                                    statuses,
                                    run};

}  // namespace dmarc::ctl
