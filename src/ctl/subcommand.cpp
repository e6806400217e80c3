#include "ctl/subcommand.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::ctl {
namespace {

std::string unknown_option(std::span<const Flag> flags, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Flag& flag : flags)
    names.push_back(flag.name);
  std::string text = "unknown option --" + base::printable(name);
  const std::string_view near = base::nearest(name, names);
  return near.empty() ? text : text + " (did you mean --" + std::string(near) + "?)";
}

}  // namespace

tl::expected<Arguments, std::string> Arguments::parse(std::span<const Flag> flags,
                                                      const std::vector<std::string>& words) {
  Arguments result;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--") {
      result.operands_.insert(result.operands_.end(), word + 1, words.end());
      break;
    }
    if (!word->starts_with("--")) {
      if (word->size() > 1 && word->front() == '-')
        return tl::unexpected("unknown option " + base::printable(*word));
      result.operands_.push_back(*word);
      continue;
    }
    const std::size_t equals = word->find('=');
    const bool has_value = equals != std::string::npos;
    const std::string name = word->substr(2, has_value ? equals - 2 : equals);
    const auto flag =
        std::find_if(flags.begin(), flags.end(), [&](const Flag& row) { return row.name == name; });
    if (flag == flags.end()) return tl::unexpected(unknown_option(flags, name));
    if (flag->value.empty()) {
      if (has_value) return tl::unexpected("option --" + name + " takes no value");
      result.values_[name];
    } else if (has_value) {
      result.values_[name].push_back(word->substr(equals + 1));
    } else if (++word == words.end()) {
      return tl::unexpected("option --" + name + " needs a value");
    } else {
      result.values_[name].push_back(*word);
    }
  }
  return result;
}

std::optional<std::string> Arguments::value(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::string Arguments::value_or(std::string_view name, std::string_view fallback) const {
  return value(name).value_or(std::string(fallback));
}

std::vector<std::string> Arguments::values(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

int usage_error(Terminal terminal, std::string_view subcommand, std::string_view problem) {
  terminal.err << "dmarcctl " << subcommand << ": " << problem << "; see \"dmarcctl help "
               << subcommand << "\"\n";
  return status::usage;
}

int failure(Terminal terminal, std::string_view subcommand, std::string_view problem, int status) {
  terminal.err << "dmarcctl " << subcommand << ": " << problem << "\n";
  return status;
}

}  // namespace dmarc::ctl
