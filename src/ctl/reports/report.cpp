// dmarcctl report: sends the aggregate reports that are due.

#include "ctl/reports/report.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <ostream>

#include "aggregate/period.h"
#include "base/ascii.h"
#include "base/read_file.h"
#include "ctl/reports/database.h"
#include "reporting/aggregate_run.h"
#include "reporting/delivery.h"

namespace dmarc::ctl {
namespace {

using reporting::DeliveryNews;
using reporting::ReportNews;
using store::DeliveryState;

/// A temporary folder, removed with everything in it.
class WorkFolder {
 public:
  /// Below `parent`. Throws reporting::Error.
  explicit WorkFolder(const std::string& parent) : path_(parent + "/dmarc-reports-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr)
      throw reporting::Error(parent + ": " + base::error_text(errno));
  }
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string work_parent(const ReportJob& job) {
  if (!job.keep_folder.empty()) return job.keep_folder;
  const char* const given = std::getenv("TMPDIR");
  return given != nullptr && *given != '\0' ? given : "/tmp";
}

std::int64_t current_time() {
  return std::time(nullptr);
}

/// "mx1.example.net:4711:1795406400": unique to this process for longer than any lease.
std::string owner_name(const config::Configuration& settings) {
  return settings.policy.host_name + ":" + std::to_string(::getpid()) + ":" +
         std::to_string(std::time(nullptr));
}

/// Prints what happens, and counts it.
class Reporter {
 public:
  Reporter(const ReportJob& job, Terminal terminal)
      : job_(job), terminal_(terminal), progress_(terminal.err) {}

  void tell(const ReportNews& news) {
    count(news);
    const bool is_told = job_.dry_run || job_.verbose;
    if (is_told) {
      progress_.clear();
      terminal_.out << heading(news) << "\n";
    }
    if (news.end == ReportNews::End::broken && !is_told) {
      progress_.clear();
      terminal_.err << job_.program << ": " << heading(news) << "\n";
    }
    for (const DeliveryNews& delivery : news.deliveries) {
      const bool is_problem =
          delivery.state == DeliveryState::failed || delivery.state == DeliveryState::waiting;
      if (is_told)
        terminal_.out << "  " << line(delivery) << "\n";
      else if (is_problem)
        terminal_.err << job_.program << ": " << base::printable(news.key.domain) << ": "
                      << line(delivery) << "\n";
    }
    for (const std::string& file : news.files)
      if (is_told) terminal_.out << "  kept " << file << "\n";
    progress_.show([&] { return std::to_string(outcome_.reports) + " reports"; });
  }

  const ReportOutcome& outcome() const { return outcome_; }

 private:
  void count(const ReportNews& news) {
    if (news.end == ReportNews::End::done || news.end == ReportNews::End::waiting)
      ++outcome_.reports;
    if (news.end == ReportNews::End::broken || news.end == ReportNews::End::lost) ++outcome_.open;
    for (const DeliveryNews& delivery : news.deliveries) {
      if (delivery.state == DeliveryState::sent) ++outcome_.sent;
      if (delivery.state == DeliveryState::waiting) ++outcome_.waiting;
      if (delivery.state == DeliveryState::failed) ++outcome_.failed;
      if (delivery.state == DeliveryState::refused) ++outcome_.refused;
    }
  }

  static std::string heading(const ReportNews& news) {
    std::string text =
        aggregate::day_text(news.key.period) + " " + base::printable(news.key.domain) + ": ";
    if (!news.reason.empty()) return text + "no report: " + base::printable(news.reason);
    text += std::to_string(news.messages) + (news.messages == 1 ? " message, " : " messages, ") +
            std::to_string(news.rows) + (news.rows == 1 ? " row" : " rows");
    if (news.end == ReportNews::End::lost) text += "; another host has taken over";
    return text;
  }

  std::string line(const DeliveryNews& delivery) const {
    std::string text = base::printable(delivery.destination);
    if (delivery.part > 1) text += " (part " + std::to_string(delivery.part) + ")";
    const bool would_be_sent =
        job_.dry_run && delivery.state == DeliveryState::waiting && delivery.answer.empty();
    text += ": ";
    text += would_be_sent ? "would be sent" : to_string(delivery.state);
    if (!delivery.answer.empty()) text += ": " + base::printable(delivery.answer);
    return text;
  }

  const ReportJob& job_;
  Terminal terminal_;
  Progress progress_;
  ReportOutcome outcome_;
};

/// The domains that are not reported on, and the addresses that get no mail.
void set_refusals(reporting::RunSettings& run, const ReportJob& job,
                  const config::Configuration& settings, store::Suppressions& suppressions) {
  run.refuse_domain = [&](const std::string& domain) -> std::string {
    if (job.skipped.contains(domain)) return "the domain is to be skipped";
    const auto suppressed = suppressions.match(domain, std::time(nullptr));
    return suppressed ? "suppressed: " + suppressed->reason : "";
  };
  run.refuse_target = [&](const sending::ReportUri& target) -> std::string {
    const std::string address = target.mailbox.empty() ? target.host.text() : target.mailbox;
    if (settings.submission.no_reports.contains(address)) return "on the NoReportsList";
    const auto suppressed = suppressions.match(address, std::time(nullptr));
    return suppressed ? "suppressed: " + suppressed->reason : "";
  };
}

reporting::RunSettings run_settings(const ReportJob& job, const config::Configuration& settings,
                                    const std::string& work_folder) {
  const sending::Settings& submission = settings.submission;
  reporting::RunSettings run;
  run.heading.receiver = submission.email->domain.text();
  run.heading.metadata.org_name =
      submission.org_name.empty() ? run.heading.receiver : submission.org_name;
  run.heading.metadata.email = submission.email->text();
  run.heading.metadata.extra_contact_info = submission.contact;
  if (submission.older_format) run.heading.metadata.format = aggregate::ReportFormat::rfc7489;
  run.heading.metadata.generator = "dmarcd " + settings.policy.version;
  run.mail_size = submission.max_message;
  run.work_folder = work_folder;
  run.keep_folder = job.keep_folder;
  run.dry_run = job.dry_run;
  run.evaluation = settings.policy.evaluation();
  run.clock = current_time;
  return run;
}

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
  const bool is_open = outcome->waiting > 0 || outcome->open > 0;
  return is_open && !job.dry_run ? status::temporary_failure : status::ok;
}

}  // namespace

Input<ReportOutcome> run_report_job(const ReportJob& job, const config::Configuration& settings,
                                    store::Database& database, dns::AsyncResolver& resolver,
                                    Terminal terminal) {
  if (!settings.submission.email) {
    return tl::unexpected(InputError{
        status::config, "ReportEmail is not set, and this host has no name to make it from"});
  }
  try {
    const WorkFolder folder(work_parent(job));
    auto courier = reporting::ConfiguredSender::make(settings.submission, current_time);
    if (!courier) return tl::unexpected(InputError{status::config, courier.error()});
    store::Suppressions suppressions(database);
    reporting::RunSettings run = run_settings(job, settings, folder.path());
    set_refusals(run, job, settings, suppressions);
    Reporter reporter(job, terminal);
    reporting::AggregateRun aggregate(database, owner_name(settings), std::move(run), **courier,
                                      resolver,
                                      [&](const ReportNews& news) { reporter.tell(news); });
    if (job.resume) aggregate.resume();
    for (const aggregate::Period& period : job.periods)
      aggregate.send(period, job.domain);
    return reporter.outcome();
  } catch (const reporting::Error& failure) {
    return tl::unexpected(InputError{status::temporary_failure, failure.what()});
  }
}

std::string summary(const ReportOutcome& outcome) {
  const auto deliveries = [](std::uint64_t count, const char* what) {
    return count == 0 ? std::string() : ", " + std::to_string(count) + " " + what;
  };
  return std::to_string(outcome.reports) + (outcome.reports == 1 ? " report" : " reports") + ": " +
         std::to_string(outcome.sent) + " sent" + deliveries(outcome.waiting, "waiting") +
         deliveries(outcome.failed, "failed") + deliveries(outcome.refused, "refused");
}

const Subcommand report_subcommand{
    "report", "send the aggregate reports that are due", "", flags, statuses, run};

}  // namespace dmarc::ctl
