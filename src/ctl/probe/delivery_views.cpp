#include "ctl/probe/delivery_views.h"

#include "base/ascii.h"

namespace dmarc::tools {
namespace {

// Longer than any field that a filter of this kind adds.
constexpr std::size_t max_shown = 2000;

std::string answer_text(const Answer& answer) {
  const std::string reply = answer.smtp_reply();
  return std::string(to_string(answer.kind)) +
         (reply.empty() ? "" : ": " + base::printable(reply, max_shown));
}

std::string_view kind_word(const HeaderEdit& edit) {
  switch (edit.kind) {
    case HeaderEdit::Kind::insert:
      return "insert";
    case HeaderEdit::Kind::add:
      return "add";
    case HeaderEdit::Kind::change:
      break;
  }
  return edit.removes() ? "remove" : "change";
}

}  // namespace

std::string edit_text(const HeaderEdit& edit) {
  const std::string field = base::printable(edit.name);
  const std::string value = base::printable(edit.value, max_shown);
  switch (edit.kind) {
    case HeaderEdit::Kind::insert:
      return "insert at " + std::to_string(edit.index) + ": " + field + ": " + value;
    case HeaderEdit::Kind::add:
      return "add: " + field + ": " + value;
    case HeaderEdit::Kind::change:
      break;
  }
  if (edit.removes()) return "remove " + field + " field " + std::to_string(edit.index);
  return "change " + field + " field " + std::to_string(edit.index) + ": " + value;
}

Outline outline_of(const Delivery& delivery, std::string_view filter) {
  Outline outline("filter at " + base::printable(filter));
  for (const Delivery::Step& step : delivery.steps)
    outline.add(std::string(step.event) + ": " + answer_text(step.answer));
  for (const HeaderEdit& edit : delivery.edits.header)
    outline.add(edit_text(edit));
  if (delivery.edits.quarantine) outline.add("put on hold", *delivery.edits.quarantine);
  outline.add("result: " + answer_text(delivery.answer));
  return outline;
}

base::Json json_of(const Delivery& delivery) {
  auto steps = base::Json::array();
  for (const Delivery::Step& step : delivery.steps)
    steps.push(
        base::Json::object().set("event", step.event).set("answer", to_string(step.answer.kind)));
  auto edits = base::Json::array();
  for (const HeaderEdit& edit : delivery.edits.header)
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

}  // namespace dmarc::tools
