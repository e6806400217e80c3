#include "ctl/reports/report_views.h"

#include <array>

#include "aggregate/utc_day.h"
#include "base/ascii.h"

namespace dmarc::ctl {
namespace {

using store::DeliveryState;

/// "1 sent, 2 waiting", in the order of the states.
std::string delivery_counts(const std::vector<store::Delivery>& deliveries) {
  std::array<unsigned, 5> counts{};
  for (const store::Delivery& delivery : deliveries)
    ++counts.at(static_cast<std::size_t>(delivery.state));
  std::string text;
  for (std::size_t state = 0; state < counts.size(); ++state) {
    if (counts.at(state) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(counts.at(state)) + " ";
    text += to_string(static_cast<DeliveryState>(state));
  }
  return text.empty() ? "no delivery" : text;
}

std::string destination_text(const store::Delivery& delivery) {
  std::string text = base::printable(delivery.destination);
  if (delivery.part > 1) text += " (part " + std::to_string(delivery.part) + ")";
  return text;
}

Outline outline_of(const store::Delivery& delivery) {
  Outline outline(destination_text(delivery) + ": " + std::string(to_string(delivery.state)));
  if (delivery.attempts > 0) {
    outline.add("attempts: " + std::to_string(delivery.attempts) + ", last at " +
                aggregate::time_text(delivery.last_attempt));
  }
  if (delivery.next_attempt > 0 && delivery.state == DeliveryState::waiting)
    outline.add("next attempt: " + aggregate::time_text(delivery.next_attempt));
  if (!delivery.answer.empty()) outline.add("answer", delivery.answer);
  return outline;
}

base::Json json_of(const store::Delivery& delivery) {
  return base::Json::object()
      .set("destination", delivery.destination)
      .set("part", delivery.part)
      .set("state", to_string(delivery.state))
      .set("attempts", delivery.attempts)
      .set("last_attempt", delivery.last_attempt)
      .set("next_attempt", delivery.next_attempt)
      .set("answer", delivery.answer);
}

base::Json json_of(const store::Suppression& suppression) {
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

}  // namespace

std::string line_of(const store::ReportSummary& report) {
  return aggregate::day_text(report.key.period) + "  " + base::printable(report.key.domain) + "  " +
         std::string(to_string(report.state)) + "  " + std::to_string(report.messages) +
         " messages, " + std::to_string(report.rows) + " rows; " +
         delivery_counts(report.deliveries) + "  " + report.report_id;
}

Outline outline_of(const store::ReportSummary& report) {
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
    deliveries.add(outline_of(delivery));
  return outline;
}

base::Json json_of(const store::ReportSummary& report) {
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
      .set("deliveries", array_of<store::Delivery>(report.deliveries, json_of));
}

base::Json json_of(const std::vector<store::ReportSummary>& reports) {
  return array_of<store::ReportSummary>(reports, json_of);
}

std::string line_of(const store::Suppression& suppression) {
  const std::string until =
      suppression.expires ? " until " + aggregate::time_text(*suppression.expires) : "";
  return base::printable(suppression.address) + until + ": " + base::printable(suppression.reason);
}

base::Json json_of(const std::vector<store::Suppression>& suppressions) {
  return array_of<store::Suppression>(suppressions, json_of);
}

}  // namespace dmarc::ctl
