#include "spf/explanation.h"

#include <algorithm>

namespace dmarc::spf {

std::optional<std::string> ExplanationText::run() {
  if (!name_) {
    MacroContext context{identity_, explanation_.domain};
    if (!complete_context(explanation_.target, context)) return {};
    auto name = expand_domain(explanation_.target, context);
    if (!name) return std::string();
    name_ = *std::move(name);
  }
  if (!text_) {
    answer_ = lookups_.find({*name_, dns::Type::txt});
    if (!answer_) return {};
    if (answer_->records.size() != 1) return std::string();
    auto text = parse_macro_string(answer_->records.front(), MacroPlace::explanation);
    if (!text) return std::string();
    text_ = *std::move(text);
  }
  return expand(*text_);
}

bool ExplanationText::complete_context(const MacroString& text, MacroContext& context) {
  context.receiver = options_.receiver;
  context.now = options_.now;
  if (!text.uses('p')) return true;
  auto name = client_names_.for_macro(lookups_, explanation_.domain);
  if (!name) return false;
  context.client_name = *std::move(name);
  return true;
}

std::optional<std::string> ExplanationText::expand(const MacroString& text) {
  MacroContext context{identity_, explanation_.domain};
  if (!complete_context(text, context)) return {};
  auto expanded = expand_text(text, context);
  const auto printable = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (!expanded || !std::all_of(expanded->begin(), expanded->end(), printable))
    return std::string();
  return *std::move(expanded);
}

}  // namespace dmarc::spf
