#include "config/configuration.h"

#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <stdexcept>

#include "base/ascii.h"
#include "base/read_file.h"
#include "config/documentation.h"
#include "config/fill.h"

namespace dmarc::config {
namespace {

tl::expected<Configuration, std::string> build(Context& context) {
  Configuration made;
  made.path = context.file();
  const Filled filled =
      fill_process(context, made.process)
          .and_then([&] { return fill_logging(context, made.logging); })
          .and_then([&] { return fill_dns(context, made.dns); })
          .and_then([&] { return fill_history(context, made.history); })
          .and_then([&] { return fill_reports(context, made.reports); })
          .and_then([&] { return fill_policy(context, made.policy); })
          .and_then(
              [&] { return fill_submission(context, made.policy.host_name, made.submission); })
          .and_then(
              [&] { return fill_failure_reports(context, made.submission, made.failure_reports); });
  if (!filled) return tl::unexpected(filled.error());
  remark(context);
  made.warnings = context.take_warnings();
  made.trust_remarks = trust_remarks_on(context.values(), context.file());
  made.files = context.take_files();
  made.has_options = !context.values().is_empty();
  return made;
}

std::string with_program(std::string_view program, std::string_view text) {
  return program.empty() ? std::string(text) : std::string(program) + ": " + std::string(text);
}

void remark_on_replaced(Context& context) {
  for (const Values::Replaced& replaced : context.values().replaced()) {
    context.warn_in(context.file(), replaced.line,
                    std::string(replaced.option->name) + " is set again in line " +
                        std::to_string(replaced.by_line) + ", which counts");
  }
}

void remark_on_effect(Context& context, const Option& option) {
  if (option.effect == Effect::never && context.values().is_set(option))
    context.warn(option,
                 std::string(option.name) + " has no effect: " + plain_text(option.details));
}

std::string octal(unsigned number) {
  std::array<char, 12> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number, 8).ptr;
  return "0" + std::string(digits.begin(), end);
}

void remark_on_umask(Context& context) {
  if (!context.values().is_set("UMask")) return;
  const std::string_view written = context.values().as_written("UMask");
  const auto mask = static_cast<unsigned>(context.values().number("UMask"));
  if (mask > umask_bits) {
    return context.warn("UMask", "UMask " + std::string(written) + " is taken as " +
                                     octal(mask & umask_bits) +
                                     ", an octal number from 0 to 0777 with a leading 0 is needed");
  }
  if (written.size() > 1 && !written.starts_with('0'))
    context.warn("UMask",
                 "UMask " + std::string(written) + " is decimal, an octal number has a leading 0");
}

void remark_on_sealers(Context& context) {
  const Values& values = context.values();
  const bool listed = values.is_set("DomainWhitelist") || values.is_set("DomainWhitelistFile");
  if (listed && values.is({"ARCSelfValidate", "false"}))
    context.warn(
        "ARCSelfValidate",
        "ARCSelfValidate is false: DomainWhitelist and DomainWhitelistFile have no effect");
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

tl::expected<Configuration, std::string> load(const std::string& path, std::string_view program) {
  const bool from_stdin = path == "-";
  const std::string name = from_stdin ? "(stdin)" : path;
  const auto text = from_stdin ? base::read_descriptor(STDIN_FILENO) : base::read_file(path);
  if (!text) {
    return tl::unexpected(error_line(
        program, name, 0, "error reading configuration file: " + base::error_text(text.error())));
  }
  auto made = load_text(*text, name, program);
  if (made) made->is_unfinished = !text->empty() && text->back() != '\n';
  return made;
}

tl::expected<Configuration, std::string> load_text(std::string_view text, std::string_view name,
                                                   std::string_view program) {
  const auto values = read_values(text);
  if (!values) {
    return tl::unexpected(error_line(program, name, values.error().line, values.error().reason));
  }
  Context context(*values, name, program);
  return build(context);
}

Configuration defaults() {
  auto made = load_text("", "", "");
  if (!made) throw std::logic_error("the defaults are not a valid configuration: " + made.error());
  return std::move(*made);
}

std::string error_line(std::string_view program, std::string_view file, unsigned line,
                       std::string_view reason) {
  return with_program(program, std::string(file) + ": configuration error at line " +
                                   std::to_string(line) + ": " + std::string(reason));
}

// Absolute, because the filter has not changed to a relative BaseDirectory yet, but will have when
// it writes.
std::string Context::located(const std::string& path) const {
  const std::string base = values_.text("BaseDirectory");
  return base.empty() ? path : (std::filesystem::absolute(base) / path).string();
}

std::string Context::file_of(Text option) {
  remember(located(values_.text(option)));
  return files_.back();
}

tl::unexpected<std::string> Context::wrong(AnyOption option, std::string_view value,
                                           std::string_view expected) const {
  return tl::unexpected(error_line(program_, file_, values_.line(option),
                                   "illegal value \"" + base::printable(value) + "\" for " +
                                       option.name() + ": expected " + std::string(expected)));
}

tl::unexpected<std::string> Context::failed(std::string_view text) const {
  return failed_elsewhere(file_ + ": " + std::string(text));
}

tl::unexpected<std::string> Context::failed_elsewhere(std::string_view text) const {
  return tl::unexpected(with_program(program_, text));
}

void Context::warn(AnyOption option, std::string_view text) {
  warn_in(file_, values_.line(option), text);
}

void Context::warn_in(std::string_view file, unsigned line, std::string_view text) {
  add(log::make<log::Id::config_warning>(file, line, text));
}

void remark(Context& context) {
  remark_on_replaced(context);
  for (const Section& section : sections) {
    for (const Option& option : section.options)
      remark_on_effect(context, option);
  }
  remark_on_umask(context);
  remark_on_base_directory(context);
  remark_on_sealers(context);
  remark_on_walk_mode(context);
}

}  // namespace dmarc::config
