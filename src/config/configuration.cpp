#include "config/configuration.h"

#include <unistd.h>

#include <stdexcept>

#include "base/read_file.h"
#include "config/fill.h"
#include "config/reader.h"

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
  made.files = context.take_files();
  return made;
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
  return load_text(*text, name, program);
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
  if (!made) throw std::logic_error("the defaults are no configuration: " + made.error());
  return std::move(*made);
}

}  // namespace dmarc::config
