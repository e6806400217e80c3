#include "config/lists.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::config {
namespace {

std::string_view first_word(std::string_view text) {
  text = base::trim(text);
  return text.substr(
      0, static_cast<std::size_t>(std::ranges::find_if(text, base::is_space) - text.begin()));
}

}  // namespace

std::vector<std::string> split_list(std::string_view value) {
  std::vector<std::string> parts;
  for (const std::string_view part : base::split(value, ',')) {
    if (const auto word = first_word(part); !word.empty()) parts.emplace_back(word);
  }
  return parts;
}

std::vector<std::string> split_words(std::string_view value) {
  std::string commas(value);
  std::ranges::replace_if(commas, base::is_space, ',');
  return split_list(commas);
}

std::vector<ListEntry> parse_list_file(std::string_view text) {
  std::vector<ListEntry> entries;
  unsigned number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    const auto word = first_word(line.substr(0, line.find('#')));
    if (!word.empty()) entries.push_back({std::string(word), number});
  }
  return entries;
}

}  // namespace dmarc::config
