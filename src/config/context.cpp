#include "config/context.h"

#include <filesystem>

#include "base/ascii.h"

namespace dmarc::config {
namespace {

std::string with_program(std::string_view program, std::string_view text) {
  return program.empty() ? std::string(text) : std::string(program) + ": " + std::string(text);
}

}  // namespace

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

std::string Context::file_of(std::string_view option) {
  remember(located(values_.text(option)));
  return files_.back();
}

tl::unexpected<std::string> Context::wrong(std::string_view option, std::string_view value,
                                           std::string_view expected) const {
  return tl::unexpected(error_line(program_, file_, values_.line(option),
                                   "illegal value \"" + base::printable(value) + "\" for " +
                                       std::string(option) + ": expected " +
                                       std::string(expected)));
}

tl::unexpected<std::string> Context::failed(std::string_view text) const {
  return failed_elsewhere(file_ + ": " + std::string(text));
}

tl::unexpected<std::string> Context::failed_elsewhere(std::string_view text) const {
  return tl::unexpected(with_program(program_, text));
}

void Context::warn(std::string_view option, std::string_view text) {
  warn_in(file_, values_.line(option), text);
}

void Context::warn_in(std::string_view file, unsigned line, std::string_view text) {
  add(log::make<log::Id::config_warning>(file, line, text));
}

}  // namespace dmarc::config
