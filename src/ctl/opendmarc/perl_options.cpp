#include "ctl/opendmarc/perl_options.h"

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

}  // namespace dmarc::ctl
