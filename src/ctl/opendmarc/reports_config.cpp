#include "ctl/opendmarc/reports_config.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"

namespace dmarc::ctl {
namespace {

std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t'))
      return line.substr(0, i);
  }
  return line;
}

std::optional<bool> parse_switch(std::string_view value) {
  constexpr std::array<std::string_view, 3> on{"1", "yes", "true"};
  constexpr std::array<std::string_view, 3> off{"0", "no", "false"};
  const auto is_value = [value](std::string_view word) { return base::iequals(word, value); };
  if (std::any_of(on.begin(), on.end(), is_value)) return true;
  if (std::any_of(off.begin(), off.end(), is_value)) return false;
  return std::nullopt;
}

/// One line as a word of a command line; the error is one clause.
tl::expected<std::string, std::string> read_line(std::span<const PerlOption> options,
                                                 std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos)
    return tl::unexpected(std::string("\"name = value\" expected"));
  const std::string_view name = base::trim(line.substr(0, equals));
  const std::string_view value = base::trim(line.substr(equals + 1));
  const PerlOption* const option = PerlOptions::find(options, name);
  if (option == nullptr) return tl::unexpected("unknown option: " + base::printable(name));
  const std::string key(option->name);
  if (!option->value.empty()) return "--" + key + "=" + std::string(value);
  const auto is_on = parse_switch(value);
  if (!is_on) return tl::unexpected(key + ": yes or no expected");
  return (*is_on ? "--" : "--no-") + key;
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> read_reports_config(
    std::span<const PerlOption> options, std::string_view text) {
  std::vector<std::string> words;
  unsigned number = 0;
  for (const std::string_view whole : base::split(text, '\n')) {
    ++number;
    const std::string_view line = base::trim(without_comment(whole));
    if (line.empty()) continue;
    auto word = read_line(options, line);
    if (!word) return tl::unexpected("line " + std::to_string(number) + ": " + word.error());
    words.push_back(*std::move(word));
  }
  return words;
}

}  // namespace dmarc::ctl
