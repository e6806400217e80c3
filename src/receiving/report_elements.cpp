#include "receiving/report_elements.h"

#include <algorithm>
#include <unordered_map>

#include "base/ascii.h"
#include "base/decimal.h"
#include "receiving/limits.h"

namespace dmarc::receiving {
namespace {

/// Not within a UTF-8 sequence.
std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80)
    --limit;
  return std::string(text.substr(0, limit));
}

std::string short_text(std::string_view text) {
  return cut(text, max_short_text);
}

std::string domain_text(std::string_view text) {
  return cut(read_domain(text), max_short_text);
}

std::optional<Policy> policy_of(std::string_view text) {
  const std::string word = base::lower(text);
  for (const Policy policy : {Policy::none, Policy::quarantine, Policy::reject})
    if (word == to_string(policy)) return policy;
  return std::nullopt;
}

std::optional<AlignmentMode> mode_of(std::string_view text) {
  const std::string word = base::lower(text);
  if (word == "r" || word == "relaxed") return AlignmentMode::relaxed;
  if (word == "s" || word == "strict") return AlignmentMode::strict;
  return std::nullopt;
}

/// Without the zone and the brackets that some write.
std::optional<base::IpAddress> address_of(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (base::istarts_with(text, "ipv6:")) text.remove_prefix(5);
  text = text.substr(0, text.find('%'));
  const auto address = base::IpAddress::parse(text);
  if (!address) return std::nullopt;
  return address->unmapped();
}

}  // namespace

/// Each takes the text of an element; those of a record are called only within one.
struct Setters {
  using Setter = void (*)(ReportElements& at, std::string_view text);
  using Table = std::unordered_map<std::string, Setter>;

  static void set_time(ReportElements& at, std::optional<std::int64_t>& time, std::string_view name,
                       std::string_view text) {
    time = read_time(text);
    if (time || text.empty() || !at.date_problem_.empty()) return;
    at.date_problem_ =
        "date_range/" + std::string(name) + " is not a time: \"" + base::printable(text, 40) + "\"";
  }

  static void set_count(ReportElements& at, std::string_view text) {
    const auto count = base::parse_decimal<std::uint32_t>(text);
    if (count)
      at.row_->count = *count;
    else if (!text.empty())
      at.record_problem_ = "row/count is not a number: \"" + base::printable(text, 40) + "\"";
  }

  static void set_result(ReportElements& at, std::string_view text) {
    AuthDetail& detail = *at.detail_;
    detail.result = read_auth_result(text);
    if (detail.result == AuthResult::unknown && detail.comment.empty())
      detail.comment = short_text(text);
  }

  static const Table& of_report() {
    static const Table table{
        {"feedback/version", [](auto& at, auto text) { at.report_.version = cut(text, 16); }},
        {"report_metadata/org_name",
         [](auto& at, auto text) { at.report_.org_name = short_text(text); }},
        {"report_metadata/email", [](auto& at, auto text) { at.report_.email = short_text(text); }},
        {"report_metadata/extra_contact_info",
         [](auto& at, auto text) { at.report_.extra_contact = cut(text, max_long_text); }},
        {"report_metadata/report_id",
         [](auto& at, auto text) { at.report_.report_id = short_text(text); }},
        {"report_metadata/generator",
         [](auto& at, auto text) { at.report_.generator = short_text(text); }},
        {"report_metadata/error",
         [](auto& at, auto text) {
           if (!text.empty() && at.report_.errors.size() < max_report_errors)
             at.report_.errors.push_back(cut(text, max_long_text));
         }},
        {"date_range/begin", [](auto& at, auto text) { set_time(at, at.begin_, "begin", text); }},
        {"date_range/end", [](auto& at, auto text) { set_time(at, at.end_, "end", text); }},
        {"policy_published/domain",
         [](auto& at, auto text) { at.report_.policy.domain = domain_text(text); }},
        {"policy_published/p", [](auto& at, auto text) { at.report_.policy.p = policy_of(text); }},
        {"policy_published/sp",
         [](auto& at, auto text) { at.report_.policy.sp = policy_of(text); }},
        {"policy_published/np",
         [](auto& at, auto text) { at.report_.policy.np = policy_of(text); }},
        {"policy_published/adkim",
         [](auto& at, auto text) { at.report_.policy.adkim = mode_of(text); }},
        {"policy_published/aspf",
         [](auto& at, auto text) { at.report_.policy.aspf = mode_of(text); }},
        {"policy_published/pct",
         [](auto& at, auto text) {
           const auto pct = base::parse_decimal<std::uint8_t>(text);
           if (pct && *pct <= 100) at.report_.policy.pct = *pct;
         }},
        {"policy_published/testing",
         [](auto& at, auto text) {
           if (!text.empty()) at.report_.policy.testing = base::istarts_with(text, "y");
         }},
    };
    return table;
  }

  static const Table& of_record() {
    static const Table table{
        {"row/source_ip", [](auto& at, auto text) { at.row_->source = address_of(text); }},
        {"row/count", set_count},
        {"policy_evaluated/disposition",
         [](auto& at, auto text) { at.row_->disposition = read_disposition(text); }},
        {"policy_evaluated/dkim",
         [](auto& at, auto text) { at.row_->dkim = read_evaluation(text); }},
        {"policy_evaluated/spf", [](auto& at, auto text) { at.row_->spf = read_evaluation(text); }},
        {"identifiers/header_from",
         [](auto& at, auto text) { at.row_->header_from = domain_text(text); }},
        {"identifiers/envelope_from",
         [](auto& at, auto text) { at.row_->envelope_from = domain_text(text); }},
        {"identifiers/envelope_to",
         [](auto& at, auto text) { at.row_->envelope_to = domain_text(text); }},
    };
    return table;
  }

  static const Table& of_detail() {
    static const Table table{
        {"domain", [](auto& at, auto text) { at.detail_->domain = domain_text(text); }},
        {"selector", [](auto& at, auto text) { at.detail_->selector = short_text(text); }},
        {"scope", [](auto& at, auto text) { at.detail_->scope = read_spf_scope(text); }},
        {"result", set_result},
        {"human_result",
         [](auto& at, auto text) { at.detail_->comment = cut(text, max_long_text); }},
    };
    return table;
  }

  static const Table& of_reason() {
    static const Table table{
        {"type", [](auto& at, auto text) { at.reason_->type = read_override(text); }},
        {"comment", [](auto& at, auto text) { at.reason_->comment = cut(text, max_long_text); }},
    };
    return table;
  }

  static void apply(const Table& table, const std::string& key, ReportElements& at,
                    std::string_view text) {
    if (const auto found = table.find(key); found != table.end()) found->second(at, text);
  }
};

void ReportElements::open(std::string_view name, std::string_view parent) {
  if (name == "record") {
    row_.emplace();
    record_is_usable_ = true;
    detail_.reset();
    reason_.reset();
  } else if (row_ && parent == "auth_results" && (name == "dkim" || name == "spf")) {
    detail_.emplace();
    detail_->method = name == "dkim" ? AuthMethod::dkim : AuthMethod::spf;
  } else if (row_ && name == "reason") {
    reason_.emplace();
  }
}

std::string ReportElements::close(std::string_view name, std::string_view parent,
                                  std::string_view text) {
  const std::string own(name);
  if (!row_) {
    Setters::apply(Setters::of_report(), std::string(parent) + "/" + own, *this, text);
    return {};
  }
  record_problem_.clear();
  if (name == "record") {
    close_record();
  } else if (detail_) {
    if (parent == "auth_results")
      close_detail();
    else
      Setters::apply(Setters::of_detail(), own, *this, text);
  } else if (reason_) {
    if (name == "reason")
      close_reason(text);
    else
      Setters::apply(Setters::of_reason(), own, *this, text);
  } else {
    // "identities" is a draft's word.
    const std::string above = parent == "identities" ? "identifiers" : std::string(parent);
    Setters::apply(Setters::of_record(), above + "/" + own, *this, text);
  }
  if (record_problem_.empty() || !record_is_usable_) return {};
  record_is_usable_ = false;
  return record_problem_;
}

/// Empty elements say that there was nothing.
void ReportElements::close_detail() {
  const AuthDetail& detail = *detail_;
  const bool is_empty =
      detail.domain.empty() && detail.result == AuthResult::unknown && detail.comment.empty();
  if (!is_empty && row_->results.size() < max_row_results) row_->results.push_back(detail);
  detail_.reset();
}

/// Some write a reason as text alone.
void ReportElements::close_reason(std::string_view text) {
  if (!text.empty()) {
    reason_->type = read_override(text);
    reason_->comment = cut(text, max_long_text);
  }
  const bool is_empty = reason_->type == Override::unknown && reason_->comment.empty();
  if (!is_empty && row_->reasons.size() < max_row_reasons) row_->reasons.push_back(*reason_);
  reason_.reset();
}

void ReportElements::close_record() {
  if (record_is_usable_) report_.rows.push_back(*std::move(row_));
  row_.reset();
}

std::string ReportElements::complete() {
  if (!begin_ && !end_)
    return date_problem_.empty() ? "report_metadata has no date_range" : date_problem_;
  const std::int64_t begin = begin_.value_or(*(end_ ? end_ : begin_));
  const std::int64_t end = end_.value_or(begin);
  report_.begin = std::min(begin, end);
  report_.end = std::max(begin, end);
  if (report_.policy.domain.empty() && !report_.rows.empty())
    report_.policy.domain = report_.rows.front().header_from;
  if (report_.policy.domain.empty()) return "policy_published has no domain";
  if (report_.report_id.empty())
    report_.report_id = std::to_string(report_.begin) + "-" + std::to_string(report_.end);
  return {};
}

}  // namespace dmarc::receiving
