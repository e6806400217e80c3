// dmarcctl senders: what the reports that arrived say of who sends mail in a domain's name.

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
#include "store/received_reports.h"

namespace dmarc::ctl {
namespace {

using receiving::AuthMethod;
using receiving::AuthResult;
using receiving::Evaluation;
using store::ReceivedReports;
using store::ReceivedSender;

constexpr unsigned default_days = 30;
constexpr unsigned max_days = 36'500;
constexpr unsigned default_limit = 50;
constexpr unsigned max_limit = 100'000;
/// Results, and reasons, of one sender.
constexpr std::size_t max_details = 10;

constexpr std::array flags{
    Flag{"days", "N", "from the reports on the last N days (default 30)"},
    Flag{"limit", "N", "at most N senders (default 50)"},
    json_flag,
    database_flag,
    config_flag,
};

constexpr std::array statuses{
    ExitStatus{status::ok, "done"},
    ExitStatus{status::unavailable, "the database can't be used"},
    ExitStatus{status::config, "the configuration is wrong"},
};

/// One sender with what is known of it.
struct Sender {
  ReceivedSender total;
  std::vector<store::ReceivedResult> results;
  std::vector<store::ReceivedReason> reasons;
};

/// What became of messages that a method did not pass, in words.
std::string_view meaning(const store::ReceivedResult& result) {
  if (result.result != AuthResult::pass) return "";
  if (result.evaluation == Evaluation::pass) return "";
  return ", not aligned";
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0 %";
  const auto thousandths =
      static_cast<std::uint64_t>(static_cast<double>(part) / static_cast<double>(whole) * 1000.0);
  return std::to_string(thousandths / 10) + "." + std::to_string(thousandths % 10) + " %";
}

std::string with_number(std::uint64_t number, std::string_view word) {
  return std::to_string(number) + " " + std::string(word);
}

// --- text ----------------------------------------------------------------------------------------

std::string total_line(const store::ReceivedTotal& total) {
  return with_number(total.counts.messages, "messages in ") +
         with_number(total.reports, "reports of ") + with_number(total.reporters, "reporters, ") +
         aggregate::day_text({total.begin, total.begin}) + " to " +
         aggregate::day_text({total.end, total.end});
}

std::string counts_line(const store::ReceivedCounts& counts) {
  std::string text =
      "pass " + std::to_string(counts.pass) + " (" + share(counts.pass, counts.messages) +
      "), fail " + std::to_string(counts.messages - counts.pass) + "; quarantined " +
      std::to_string(counts.quarantined) + ", rejected " + std::to_string(counts.rejected);
  if (counts.overridden > 0) text += ", overridden " + std::to_string(counts.overridden);
  return text;
}

/// "DKIM pass example.org (s1): 12".
std::string result_line(const store::ReceivedResult& result) {
  std::string text = result.method == AuthMethod::dkim ? "DKIM " : "SPF ";
  text += std::string(to_string(result.result)) + " " +
          (result.domain.empty() ? "no domain" : result.domain);
  if (!result.selector.empty()) text += " (" + result.selector + ")";
  return text + std::string(meaning(result)) + ": " + std::to_string(result.messages);
}

Outline sender_outline(const Sender& sender) {
  const ReceivedSender& total = sender.total;
  Outline outline((total.source.empty() ? "address not known" : total.source) + " as " +
                  (total.header_from.empty() ? "no domain" : total.header_from) + ": " +
                  std::to_string(total.counts.messages));
  outline.add(counts_line(total.counts));
  for (const store::ReceivedResult& result : sender.results)
    outline.add(result_line(result));
  if (total.without_dkim > 0)
    outline.add("no DKIM signature: " + std::to_string(total.without_dkim));
  if (total.without_spf > 0) outline.add("no SPF result: " + std::to_string(total.without_spf));
  for (const store::ReceivedReason& reason : sender.reasons) {
    outline.add("overridden, " + std::string(to_string(reason.type)) +
                (reason.comment.empty() ? "" : " (" + reason.comment.substr(0, 40) + ")") + ": " +
                std::to_string(reason.messages));
  }
  return outline;
}

// --- JSON ----------------------------------------------------------------------------------------

base::Json& add_counts(base::Json& object, const store::ReceivedCounts& counts) {
  return object.set("messages", counts.messages)
      .set("pass", counts.pass)
      .set("dkim_pass", counts.dkim_pass)
      .set("spf_pass", counts.spf_pass)
      .set("quarantined", counts.quarantined)
      .set("rejected", counts.rejected)
      .set("overridden", counts.overridden);
}

base::Json sender_json(const Sender& sender) {
  auto results = base::Json::array();
  for (const store::ReceivedResult& result : sender.results) {
    results.push(base::Json::object()
                     .set("method", to_string(result.method))
                     .set("domain", result.domain)
                     .set("selector", result.selector)
                     .set("result", to_string(result.result))
                     .set("evaluated", to_string(result.evaluation))
                     .set("messages", result.messages));
  }
  auto reasons = base::Json::array();
  for (const store::ReceivedReason& reason : sender.reasons) {
    reasons.push(base::Json::object()
                     .set("type", to_string(reason.type))
                     .set("comment", reason.comment)
                     .set("messages", reason.messages));
  }
  auto object = base::Json::object();
  object.set("source", sender.total.source).set("header_from", sender.total.header_from);
  return add_counts(object, sender.total.counts)
      .set("without_dkim", sender.total.without_dkim)
      .set("without_spf", sender.total.without_spf)
      .set("results", results)
      .set("override_reasons", reasons);
}

void print_json(const store::ReceivedTotal& total, const std::vector<Sender>& senders,
                std::ostream& out) {
  auto list = base::Json::array();
  for (const Sender& sender : senders)
    list.push(sender_json(sender));
  auto object = base::Json::object();
  object.set("reports", total.reports)
      .set("reporters", total.reporters)
      .set("begin", total.begin)
      .set("end", total.end);
  out << add_counts(object, total.counts).set("senders", list).text() << "\n";
}

void print_text(const store::ReceivedTotal& total, const std::vector<Sender>& senders,
                std::ostream& out) {
  if (total.reports == 0) {
    out << "no reports\n";
    return;
  }
  out << total_line(total) << "\n" << counts_line(total.counts) << "\n";
  for (const Sender& sender : senders)
    out << "\n" << sender_outline(sender).text();
}

// --- the run -------------------------------------------------------------------------------------

std::optional<unsigned> number_option(const Arguments& arguments, std::string_view name,
                                      unsigned fallback, unsigned most) {
  const auto text = arguments.value(name);
  if (!text) return fallback;
  const auto number = base::parse_decimal<unsigned>(*text);
  return number && *number > 0 && *number <= most ? number : std::nullopt;
}

int run(const Arguments& arguments, Terminal terminal) {
  if (arguments.operands().size() > 1) return usage_error(terminal, "senders", "one domain wanted");
  const auto days = number_option(arguments, "days", default_days, max_days);
  if (!days) return usage_error(terminal, "senders", "--days must be a number from 1 to 36500");
  const auto limit = number_option(arguments, "limit", default_limit, max_limit);
  if (!limit) return usage_error(terminal, "senders", "--limit must be a number from 1 to 100000");
  const auto settings = read_configuration(arguments);
  if (!settings) return failure(terminal, "senders", settings.error().text, status::config);
  const auto address = database_address(arguments, *settings);
  if (!address) return failure(terminal, "senders", address.error().text, address.error().status);
  const auto database = open_store(*address);
  ReceivedReports reports(*database);
  const store::ReceivedFilter filter{
      .domain = arguments.operands().empty() ? "" : arguments.operands().front(),
      .since = std::time(nullptr) - *days * aggregate::seconds_per_day};
  std::vector<Sender> senders;
  for (ReceivedSender& sender : reports.senders(filter, *limit)) {
    auto results = reports.results(filter, sender, max_details);
    auto reasons = reports.reasons(filter, sender, max_details);
    senders.push_back({std::move(sender), std::move(results), std::move(reasons)});
  }
  const store::ReceivedTotal total = reports.total(filter);
  if (arguments.has("json"))
    print_json(total, senders, terminal.out);
  else
    print_text(total, senders, terminal.out);
  return status::ok;
}

}  // namespace

const Subcommand senders_subcommand{
    "senders", "who sends as us, by the reports that arrived", "[DOMAIN]", flags, statuses, run};

}  // namespace dmarc::ctl
