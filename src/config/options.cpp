#include "config/options.h"

#include <algorithm>
#include <iterator>

#include "base/ascii.h"

namespace dmarc::config {
namespace {

std::string expected_word(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string expected_number(std::string_view what, const Range& range) {
  return std::string(what) + " from " + std::to_string(range.least) + " to " +
         std::to_string(range.most);
}

std::string such_as(std::string_view what, const Option& option) {
  const std::string_view value = option.example.empty() ? option.default_value : option.example;
  if (value.empty()) return std::string(what);
  return std::string(what) + " such as \"" + std::string(value) + "\"";
}

}  // namespace

const Option* find_option(std::string_view name) {
  for (const Section& section : sections) {
    const auto found = std::ranges::find_if(
        section.options, [&](const Option& option) { return base::iequals(option.name, name); });
    if (found != section.options.end()) return &*found;
  }
  return nullptr;
}

const std::vector<std::string_view>& option_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Section& section : sections) {
      std::ranges::transform(section.options, std::back_inserter(all), &Option::name);
    }
    return all;
  }();
  return names;
}

std::string expected_value(const Option& option) {
  switch (option.type) {
    case Type::boolean:
      return "true or false";
    case Type::integer:
      return expected_number("a number", option.range);
    case Type::mode:
      return "an octal number from 0 to 0777, with a leading 0";
    case Type::seconds:
      return expected_number("a number of seconds", option.range);
    case Type::choice:
      return expected_word(option.choices());
    case Type::servers:
      return "IP addresses, each with an optional port";
    case Type::list:
      return such_as("a list", option);
    case Type::path:
    case Type::list_file:
      return such_as("a path", option);
    case Type::text:
      break;
  }
  return such_as("text", option);
}

}  // namespace dmarc::config
