#include "filter/editor.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace dmarc::filter {
namespace {

constexpr std::string_view results_field = "Authentication-Results";

// MTAs use the text as a format: Sendmail prints it, Postfix folds "%%" and drops a single "%".
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '%') result += c;
  }
  return result;
}

}  // namespace

void apply(const policy::Judgement& judgement, Editor& editor, const Transfer& transfer,
           std::string_view job_id, log::Sink& sink) {
  const std::string blank = transfer.leading_blanks ? " " : "";
  for (const policy::Removal& removal : judgement.removals) {
    if (editor.remove(results_field, removal.index)) continue;
    sink.write(log::make<log::Id::remove_header_failed>(job_id, results_field, removal.index));
  }
  for (const policy::InsertedField& field : judgement.insertions) {
    if (editor.insert_on_top(field.name, blank + field.value)) continue;
    sink.write(log::make<log::Id::add_header_failed>(job_id, field.name));
  }
  if (judgement.hold_reason && !editor.hold(*judgement.hold_reason)) {
    sink.write(log::make<log::Id::quarantine_failed>(job_id));
  }
  if (judgement.copy_to && !editor.add_recipient(*judgement.copy_to)) {
    sink.write(log::make<log::Id::add_recipient_failed>(job_id));
  }
  if (!judgement.reply) return;
  const policy::Reply& reply = *judgement.reply;
  if (!editor.reply(reply.code, reply.enhanced, escaped(reply.text))) {
    sink.write(log::make<log::Id::set_reply_failed>(job_id));
  }
}

}  // namespace dmarc::filter
