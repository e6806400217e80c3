// dmarcctl report: sends the aggregate reports that are due.

#include <array>
#include <ctime>
#include <ostream>

#include "aggregate/period.h"
#include "base/ascii.h"
#include "ctl/reports/database.h"
#include "ctl/reports/report_job.h"

namespace dmarc::ctl {
namespace {

/// More days than any database holds; a typing error must not keep it busy for hours.
constexpr std::size_t max_days = 400;

constexpr std::array flags{
    Flag{"dry-run", "", "show what would go where; send and change nothing"},
    Flag{"day", "DATE", "the day to report on, UTC (default: yesterday and what is still open)"},
    Flag{"since", "DATE", "the first of several days"},
    Flag{"until", "DATE", "the last of them (default: yesterday)"},
    Flag{"domain", "NAME", "only the report on this policy domain"},
    Flag{"keep", "FOLDER", "leave the report files there"},
    Flag{"verbose", "", "print each report"},
    database_flag,
    config_flag,
    nameserver_flag,
    zone_flag,
};

constexpr std::array statuses{
    ExitStatus{status::ok, "everything is sent, or never can be"},
    ExitStatus{status::unavailable, "the database can't be used"},
    ExitStatus{status::temporary_failure, "something waits for the next run"},
    ExitStatus{status::config, "the configuration is wrong"},
};

Input<aggregate::Period> read_day(std::string_view option, const std::string& text,
                                  const aggregate::Period& today) {
  const auto day = aggregate::parse_utc_day(text);
  if (!day) {
    return tl::unexpected(InputError{status::usage, "--" + std::string(option) + ": \"" +
                                                        base::printable(text) +
                                                        "\" is not a day such as 2026-11-23"});
  }
  if (day->begin >= today.begin) {
    return tl::unexpected(InputError{
        status::usage, "--" + std::string(option) + ": the day " + text + " is not over (UTC)"});
  }
  return *day;
}

/// The days from --day, or from --since and --until.
Input<std::vector<aggregate::Period>> read_days(const Arguments& arguments, std::int64_t now) {
  const aggregate::Period today = aggregate::utc_day(now);
  const std::string yesterday = aggregate::day_text(aggregate::utc_day(today.begin - 1));
  const auto single = arguments.value("day");
  if (single && (arguments.has("since") || arguments.has("until")))
    return tl::unexpected(InputError{status::usage, "either --day or --since and --until"});
  if (arguments.has("until") && !arguments.has("since"))
    return tl::unexpected(InputError{status::usage, "--until needs --since"});
  const auto first = read_day(single ? "day" : "since",
                              single.value_or(arguments.value_or("since", yesterday)), today);
  if (!first) return tl::unexpected(first.error());
  const auto last =
      single ? first : read_day("until", arguments.value_or("until", yesterday), today);
  if (!last) return tl::unexpected(last.error());
  std::vector<aggregate::Period> days;
  for (aggregate::Period day = *first; day.begin <= last->begin;
       day = aggregate::utc_day(day.end)) {
    if (days.size() == max_days)
      return tl::unexpected(InputError{status::usage, "more than 400 days"});
    days.push_back(day);
  }
  if (days.empty()) return tl::unexpected(InputError{status::usage, "--until lies before --since"});
  return days;
}

int fail(Terminal terminal, const InputError& error) {
  if (error.status == status::usage) return usage_error(terminal, "report", error.text);
  return failure(terminal, "report", error.text, error.status);
}

int run(const Arguments& arguments, Terminal terminal) {
  if (!arguments.operands().empty()) return usage_error(terminal, "report", "no operand expected");
  ReportJob job;
  job.program = "dmarcctl report";
  auto days = read_days(arguments, std::time(nullptr));
  if (!days) return fail(terminal, days.error());
  job.periods = *std::move(days);
  job.domain = arguments.value("domain");
  if (job.domain) job.domain = base::lower(*job.domain);
  job.dry_run = arguments.has("dry-run");
  job.resume = !arguments.has("day") && !arguments.has("since");
  job.verbose = arguments.has("verbose");
  job.keep_folder = arguments.value_or("keep", "");

  const auto settings = read_configuration(arguments);
  if (!settings) return fail(terminal, settings.error());
  print_warnings(terminal.err, *settings);
  const auto address = database_address(arguments, *settings);
  if (!address) return fail(terminal, address.error());
  const auto resolver = make_resolver(arguments, *settings);
  if (!resolver) return fail(terminal, resolver.error());
  const auto database = open_store(*address);
  const auto outcome = run_report_job(job, *settings, *database, **resolver, terminal);
  if (!outcome) return fail(terminal, outcome.error());
  terminal.out << summary(*outcome) << "\n";
  return outcome->waiting > 0 && !job.dry_run ? status::temporary_failure : status::ok;
}

}  // namespace

const Subcommand report_subcommand{
    "report", "send the aggregate reports that are due", "", flags, statuses, run};

}  // namespace dmarc::ctl
