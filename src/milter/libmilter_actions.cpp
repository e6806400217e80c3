#include <libmilter/mfapi.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "milter/libmilter_glue.h"

namespace dmarc::milter::glue {
namespace {

constexpr std::string_view results_field = "Authentication-Results";

void complain(Context context, log::Id id) {
  options().sink->write(log::make(id, {job_id_of(context)}));
}

// libmilter takes char* but does not write to it; a copy costs less than a doubt.
bool insert(Context context, mail::HeaderField field) {
  return smfi_insheader(context, 0, field.name.data(), field.value.data()) == MI_SUCCESS;
}

bool remove(Context context, std::size_t index) {
  std::string name(results_field);
  return smfi_chgheader(context, name.data(), static_cast<int>(index), nullptr) == MI_SUCCESS;
}

// From the bottom up, so that the indexes of those still to be removed stay right.
void remove_forged(Context context, std::vector<policy::Removal> removals) {
  std::ranges::sort(removals, std::ranges::greater{}, &policy::Removal::index);
  for (const policy::Removal& removal : removals) {
    if (remove(context, removal.index)) continue;
    options().sink->write(
        log::make(log::Id::remove_header_failed,
                  {job_id_of(context), results_field, std::to_string(removal.index)}));
  }
}

// MTAs use the text as a format: Sendmail prints it, Postfix folds "%%" and drops a single "%".
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '%') result += c;
  }
  return result;
}

bool set_reply(Context context, const policy::Reply& reply) {
  std::string code = std::to_string(reply.code);
  std::string enhanced = reply.enhanced;
  std::string text = escaped(reply.text);
  return smfi_setreply(context, code.data(), enhanced.data(), text.data()) == MI_SUCCESS;
}

int status_of(policy::Action action) {
  switch (action) {
    case policy::Action::accept:
      return SMFIS_ACCEPT;
    case policy::Action::proceed:
      return SMFIS_CONTINUE;
    case policy::Action::reject:
      return SMFIS_REJECT;
    case policy::Action::tempfail:
      break;
  }
  return SMFIS_TEMPFAIL;
}

}  // namespace

int apply(Context context, const policy::Judgement& judgement) {
  remove_forged(context, judgement.removals);
  for (const mail::HeaderField& field : judgement.insertions) {
    if (insert(context, field)) continue;
    options().sink->write(log::make(log::Id::add_header_failed, {job_id_of(context), field.name}));
  }
  if (judgement.hold_reason) {
    std::string reason = *judgement.hold_reason;
    if (smfi_quarantine(context, reason.data()) != MI_SUCCESS) {
      complain(context, log::Id::quarantine_failed);
    }
  }
  if (judgement.reply && !set_reply(context, *judgement.reply)) {
    complain(context, log::Id::set_reply_failed);
  }
  return status_of(judgement.action);
}

}  // namespace dmarc::milter::glue
