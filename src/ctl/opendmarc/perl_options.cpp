#include "ctl/opendmarc/perl_options.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace dmarc::ctl {
namespace {

struct Match {
  const PerlOption* option = nullptr;
  bool negated = false;
};

tl::unexpected<std::string> error(std::string text) {
  return tl::unexpected(std::move(text));
}

/// The option of that name, or the only one that begins with it.
tl::expected<const PerlOption*, std::string> find_option(std::span<const PerlOption> options,
                                                         std::string_view name) {
  const PerlOption* found = nullptr;
  for (const PerlOption& option : options) {
    if (base::iequals(option.name, name)) return &option;
    if (!base::istarts_with(option.name, name)) continue;
    if (found != nullptr) return error("Option " + std::string(name) + " is ambiguous");
    found = &option;
  }
  if (found == nullptr) return error("Unknown option: " + base::printable(name));
  return found;
}

tl::expected<Match, std::string> match(std::span<const PerlOption> options, std::string_view name) {
  const auto plain = find_option(options, name);
  if (plain) return Match{*plain, false};
  for (const std::string_view prefix : {"no-", "no"}) {
    if (!base::istarts_with(name, prefix) || name.size() == prefix.size()) continue;
    const auto negated = find_option(options, name.substr(prefix.size()));
    if (negated && (*negated)->value.empty()) return Match{*negated, true};
  }
  return tl::unexpected(plain.error());
}

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

tl::expected<PerlOptions, std::string> PerlOptions::parse(std::span<const PerlOption> options,
                                                          const std::vector<std::string>& words) {
  PerlOptions result;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--") {
      result.operands_.insert(result.operands_.end(), word + 1, words.end());
      break;
    }
    if (word->size() < 2 || word->front() != '-') {
      result.operands_.push_back(*word);
      continue;
    }
    std::string_view name = std::string_view(*word).substr(word->starts_with("--") ? 2 : 1);
    const std::size_t equals = name.find('=');
    const bool has_value = equals != std::string_view::npos;
    const std::string_view value = has_value ? name.substr(equals + 1) : std::string_view();
    name = name.substr(0, equals);
    const auto found = match(options, name);
    if (!found) return tl::unexpected(found.error());
    const std::string key(found->option->name);
    if (found->option->value.empty()) {
      if (has_value) return error("Option " + key + " does not take an argument");
      result.flags_[key] = !found->negated;
    } else if (has_value) {
      result.values_[key].emplace_back(value);
    } else if (++word == words.end()) {
      return error("Option " + key + " requires an argument");
    } else {
      result.values_[key].push_back(*word);
    }
  }
  return result;
}

PerlOptions PerlOptions::over(const PerlOptions& others) const {
  PerlOptions both = *this;
  both.flags_.insert(others.flags_.begin(), others.flags_.end());
  both.values_.insert(others.values_.begin(), others.values_.end());
  return both;
}

bool PerlOptions::flag(std::string_view name) const {
  const auto found = flags_.find(name);
  return found != flags_.end() && found->second;
}

std::optional<std::string> PerlOptions::value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> PerlOptions::values(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

const PerlOption* PerlOptions::find(std::span<const PerlOption> options, std::string_view name) {
  const auto found = find_option(options, name);
  return found ? *found : nullptr;
}

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
