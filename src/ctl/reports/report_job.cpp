#include "ctl/reports/report_job.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <ostream>

#include "aggregate/period.h"
#include "base/ascii.h"
#include "base/read_file.h"
#include "ctl/progress.h"
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
    if (!news.reason.empty()) return text + "no report: " + news.reason;
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
  run.heading.metadata.generator = "dmarcd " + settings.policy.version;
  run.mail_size = submission.max_message;
  run.work_folder = work_folder;
  run.keep_folder = job.keep_folder;
  run.dry_run = job.dry_run;
  run.evaluation = settings.policy.evaluation();
  run.clock = current_time;
  return run;
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

}  // namespace dmarc::ctl
