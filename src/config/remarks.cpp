#include "config/remarks.h"

#include "config/markup.h"

namespace dmarc::config {
namespace {

void remark_on_replaced(Context& context) {
  for (const Values::Replaced& replaced : context.values().replaced()) {
    context.warn_in(context.file(), replaced.line,
                    std::string(replaced.option->name) + " is set again in line " +
                        std::to_string(replaced.by_line) + ", which counts");
  }
}

void remark_on_effect(Context& context, const Option& option) {
  if (option.effect == Effect::never && context.values().is_set(option.name))
    context.warn(option.name,
                 std::string(option.name) + " has no effect: " + plain_text(option.details));
}

void remark_on_umask(Context& context) {
  const std::string_view written = context.values().as_written("UMask");
  if (written.size() > 1 && !written.starts_with('0'))
    context.warn("UMask",
                 "UMask " + std::string(written) + " is decimal, an octal number has a leading 0");
}

/// A reload looks it up from where the first start has changed to.
void remark_on_base_directory(Context& context) {
  const std::string base = context.values().text("BaseDirectory");
  if (!base.empty() && !base.starts_with('/'))
    context.warn("BaseDirectory", "BaseDirectory is relative, reloads will not find it");
}

void remark_on_walk_mode(Context& context) {
  const Values& values = context.values();
  if (!values.is_set("DMARCbisWalkMode")) return;
  context.warn("DMARCbisWalkMode", values.is_set("DiscoveryMethod")
                                       ? "DMARCbisWalkMode has no effect: DiscoveryMethod is set"
                                       : "DMARCbisWalkMode is read as DiscoveryMethod");
}

}  // namespace

void remark(Context& context) {
  remark_on_replaced(context);
  for (const Section& section : sections()) {
    for (const Option& option : section.options)
      remark_on_effect(context, option);
  }
  remark_on_umask(context);
  remark_on_base_directory(context);
  remark_on_walk_mode(context);
}

}  // namespace dmarc::config
