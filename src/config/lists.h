// The two forms of lists: in one value, separated by commas, and in a file of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dmarc::config {

/// The parts between commas, without blanks around them and cut at the first blank inside. Empty
/// parts vanish.
std::vector<std::string> split_list(std::string_view value);

/// The parts between commas or blanks. Empty parts vanish.
std::vector<std::string> split_words(std::string_view value);

struct ListEntry {
  std::string text;
  unsigned line = 0;
};

/// The entries of a list file: the first word of each line, "#" begins a comment.
std::vector<ListEntry> parse_list_file(std::string_view text);

}  // namespace dmarc::config
