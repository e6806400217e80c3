#include "config/lists.h"

#include "base/ascii.h"

namespace dmarc::config {

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
