#include "config/values.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <optional>

#include "base/ascii.h"

namespace dmarc::config {
namespace {

// What umask(2) does not look at is masked later, with a remark (configuration.cpp).
constexpr Range mode_range{0, std::numeric_limits<int>::max()};

/// OpenDMARC looks at the first character alone, so "tru" and "yes!" are values that files have.
std::optional<bool> parse_boolean(std::string_view text) {
  constexpr std::string_view for_true = "tTyY1";
  constexpr std::string_view for_false = "fFnN0";
  if (text.empty()) return std::nullopt;
  if (for_true.find(text.front()) != std::string_view::npos) return true;
  if (for_false.find(text.front()) != std::string_view::npos) return false;
  return std::nullopt;
}

/// As in C: 0x is hexadecimal, a leading 0 octal.
std::optional<long> parse_integer(std::string_view text, const Range& range) {
  const std::string terminated(text);
  char* end = nullptr;
  errno = 0;
  const long value = std::strtol(terminated.c_str(), &end, 0);
  if (terminated.empty() || *end != '\0' || errno == ERANGE) return std::nullopt;
  if (value < range.least || value > range.most) return std::nullopt;
  return value;
}

std::optional<std::string> parse_choice(std::string_view text, const Option& option) {
  const auto word = std::ranges::find_if(
      option.choices(), [&](std::string_view candidate) { return base::iequals(candidate, text); });
  if (word == option.choices().end()) return std::nullopt;
  return std::string(*word);
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return base::is_control(c) && c != '\t'; });
}

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t max_shown_name = 64;

/// Options that OpenDMARC has had and people still ask for.
struct Former {
  std::string_view name;
  std::string_view help;
};
constexpr std::array former{
    Former{"AlwaysDeliver", "RejectFailures took its place, with the opposite meaning"},
    Former{"ForensicReports", "it is FailureReports now"},
    Former{"ForensicReportsBcc", "it is FailureReportsBcc now"},
    Former{"ForensicReportsOnNone", "it is FailureReportsOnNone now"},
    Former{"ForensicReportsSentBy", "it is FailureReportsSentBy now"},
    Former{"Include", "one file holds the whole configuration"},
    Former{"TemporaryDirectory", "it is not needed any more; remove the line"},
};

std::string unrecognized(std::string_view name) {
  std::string reason = "unrecognized parameter \"" + base::printable(name, max_shown_name) + "\"";
  const auto row = std::ranges::find_if(
      former, [&](const Former& candidate) { return base::iequals(candidate.name, name); });
  if (row != former.end()) return reason + "; " + std::string(row->help);
  const std::string_view near =
      name.size() > max_shown_name ? "" : base::nearest(name, option_names());
  if (!near.empty()) reason += "; did you mean \"" + std::string(near) + "\"?";
  return reason;
}

tl::expected<void, std::string> read_line(std::string_view line, unsigned number, Values& values) {
  if (line.size() > max_line)
    return tl::unexpected("line longer than " + std::to_string(max_line) + " octets");
  line = base::trim(line.substr(0, line.find('#')));
  if (line.empty()) return {};
  const auto name_length =
      static_cast<std::size_t>(std::ranges::find_if(line, base::is_space) - line.begin());
  const std::string_view name = line.substr(0, name_length);
  const Option* option = find_option(name);
  if (option == nullptr) return tl::unexpected(unrecognized(name));
  return values.set(*option, base::trim(line.substr(name_length)), number);
}

}  // namespace

tl::expected<Values::Value, std::string> Values::parse(const Option& option,
                                                       std::string_view text) {
  std::optional<Value> value;
  switch (option.type) {
    case Type::boolean:
      value = parse_boolean(text);
      break;
    case Type::mode:
      value = parse_integer(text, mode_range);
      break;
    case Type::integer:
    case Type::seconds:
      value = parse_integer(text, option.range);
      break;
    case Type::choice:
      value = parse_choice(text, option);
      break;
    case Type::text:
    case Type::path:
    case Type::list:
    case Type::list_file:
    case Type::servers:
      value = std::string(text);
      break;
  }
  if (value) return *value;
  return tl::unexpected("illegal value \"" + base::printable(text) + "\" for " +
                        std::string(option.name) + ": expected " + expected_value(option));
}

tl::expected<void, std::string> Values::set(const Option& option, std::string_view text,
                                            unsigned line) {
  const std::string name(option.name);
  if (text.empty())
    return tl::unexpected("required value missing for " + name + ": expected " +
                          expected_value(option));
  if (has_control(text))
    return tl::unexpected("illegal value \"" + base::printable(text) + "\" for " + name +
                          ": control characters are not allowed");
  auto value = parse(option, text);
  if (!value) return tl::unexpected(value.error());
  const auto [known, added] = settings_.try_emplace(&option);
  if (!added) replaced_.push_back({&option, known->second.line, line});
  known->second = {std::move(*value), std::string(text), line};
  return {};
}

bool Values::is_set(AnyOption option) const {
  return settings_.contains(&option.option());
}

unsigned Values::line(AnyOption option) const {
  const auto found = settings_.find(&option.option());
  return found == settings_.end() ? 0 : found->second.line;
}

std::string_view Values::as_written(AnyOption option) const {
  const auto found = settings_.find(&option.option());
  return found == settings_.end() ? std::string_view{} : found->second.as_written;
}

template <typename T>
T Values::get(const Option& option) const {
  const auto found = settings_.find(&option);
  if (found != settings_.end()) return std::get<T>(found->second.value);
  return std::get<T>(parse(option, option.default_value).value());
}

bool Values::flag(Flag option) const {
  return get<bool>(option.option());
}

bool Values::is(Choice choice) const {
  return get<std::string>(choice.option()) == choice.word();
}

long Values::number(Number option) const {
  return get<long>(option.option());
}

std::string Values::text(Text option) const {
  return get<std::string>(option.option());
}

std::vector<std::string> Values::list(List option) const {
  const auto value = get<std::string>(option.option());
  return option.option().type == Type::servers ? split_words(value) : split_list(value);
}

tl::expected<Values, LineError> read_values(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Values values;
  unsigned number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    if (auto read = read_line(line, number, values); !read)
      return tl::unexpected(LineError{number, std::move(read.error())});
  }
  return values;
}

std::vector<std::string> split_list(std::string_view value) {
  std::vector<std::string> parts;
  for (const std::string_view part : base::split(value, ',')) {
    if (const auto words = base::words(part); !words.empty()) parts.emplace_back(words.front());
  }
  return parts;
}

std::vector<std::string> split_words(std::string_view value) {
  std::vector<std::string> parts;
  for (const std::string_view part : base::split(value, ',')) {
    const auto words = base::words(part);
    parts.insert(parts.end(), words.begin(), words.end());
  }
  return parts;
}

std::vector<ListEntry> parse_list_file(std::string_view text) {
  std::vector<ListEntry> entries;
  unsigned number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    const auto words = base::words(line.substr(0, line.find('#')));
    if (!words.empty()) entries.push_back({std::string(words.front()), number});
  }
  return entries;
}

}  // namespace dmarc::config
