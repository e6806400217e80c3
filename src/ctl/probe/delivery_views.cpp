#include "ctl/probe/delivery_views.h"

#include "base/ascii.h"

namespace dmarc::ctl {
namespace {

// Longer than any field that a filter of this kind adds.
constexpr std::size_t max_shown = 2000;

std::string answer_text(const milter::client::Answer& answer) {
  const std::string reply = answer.smtp_reply();
  return std::string(to_string(answer.kind)) +
         (reply.empty() ? "" : ": " + base::printable(reply, max_shown));
}

std::string_view kind_word(const milter::client::HeaderEdit& edit) {
  switch (edit.kind) {
    case milter::client::HeaderEdit::Kind::insert:
      return "insert";
    case milter::client::HeaderEdit::Kind::add:
      return "add";
    case milter::client::HeaderEdit::Kind::change:
      break;
  }
  return edit.removes() ? "remove" : "change";
}

}  // namespace

std::string edit_text(const milter::client::HeaderEdit& edit) {
  const std::string field = base::printable(edit.name);
  const std::string value = base::printable(edit.value, max_shown);
  switch (edit.kind) {
    case milter::client::HeaderEdit::Kind::insert:
      return "insert at " + std::to_string(edit.index) + ": " + field + ": " + value;
    case milter::client::HeaderEdit::Kind::add:
      return "add: " + field + ": " + value;
    case milter::client::HeaderEdit::Kind::change:
      break;
  }
  if (edit.removes()) return "remove " + field + " field " + std::to_string(edit.index);
  return "change " + field + " field " + std::to_string(edit.index) + ": " + value;
}

Outline outline_of(const milter::client::Delivery& delivery, std::string_view filter) {
  Outline outline("filter at " + base::printable(filter));
  for (const milter::client::Delivery::Step& step : delivery.steps)
    outline.add(std::string(step.event) + ": " + answer_text(step.answer));
  for (const milter::client::HeaderEdit& edit : delivery.edits.header)
    outline.add(edit_text(edit));
  if (delivery.edits.quarantine) outline.add("put on hold", *delivery.edits.quarantine);
  outline.add("result: " + answer_text(delivery.answer));
  return outline;
}

base::Json json_of(const milter::client::Delivery& delivery) {
  auto steps = base::Json::array();
  for (const milter::client::Delivery::Step& step : delivery.steps)
    steps.push(
        base::Json::object().set("event", step.event).set("answer", to_string(step.answer.kind)));
  auto edits = base::Json::array();
  for (const milter::client::HeaderEdit& edit : delivery.edits.header)
    edits.push(base::Json::object()
                   .set("kind", kind_word(edit))
                   .set("index", edit.index)
                   .set("name", edit.name)
                   .set("value", edit.value));
  const auto& hold = delivery.edits.quarantine;
  return base::Json::object()
      .set("answer", to_string(delivery.answer.kind))
      .set("reply", delivery.answer.smtp_reply())
      .set("hold", hold ? base::Json(*hold) : base::Json())
      .set("events", std::move(steps))
      .set("header_changes", std::move(edits));
}

}  // namespace dmarc::ctl
