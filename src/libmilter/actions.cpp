#include <libmilter/mfapi.h>

#include "filter/editor.h"
#include "libmilter/glue.h"

namespace dmarc::libmilter {
namespace {

// libmilter takes char* but does not write to it; a copy costs less than a doubt.
class MessageEditor final : public filter::Editor {
 public:
  explicit MessageEditor(Context context) : context_(context) {}

  bool insert_on_top(const policy::InsertedField& field) override {
    policy::InsertedField copy = field;
    return smfi_insheader(context_, 0, copy.name.data(), copy.value.data()) == MI_SUCCESS;
  }

  bool remove(std::string_view name, std::size_t index) override {
    std::string copy(name);
    return smfi_chgheader(context_, copy.data(), static_cast<int>(index), nullptr) == MI_SUCCESS;
  }

  bool hold(const std::string& reason) override {
    std::string copy = reason;
    return smfi_quarantine(context_, copy.data()) == MI_SUCCESS;
  }

  bool add_recipient(const std::string& address) override {
    std::string copy = address;
    return smfi_addrcpt(context_, copy.data()) == MI_SUCCESS;
  }

  bool reply(int code, const std::string& enhanced, const std::string& text) override {
    std::string code_copy = std::to_string(code);
    std::string enhanced_copy = enhanced;
    std::string text_copy = text;
    return smfi_setreply(context_, code_copy.data(), enhanced_copy.data(), text_copy.data()) ==
           MI_SUCCESS;
  }

 private:
  Context context_;
};

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
  MessageEditor editor(context);
  filter::apply(judgement, editor, job_id_of(context), *options().engine.sink);
  return status_of(judgement.action);
}

}  // namespace dmarc::libmilter
