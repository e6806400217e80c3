#include "config/markup.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::config {
namespace {

constexpr char quote = '`';

/// A hyphen in a name or a value is one that people copy, so it has to stay a minus sign.
std::string roff_character(char c, bool literal) {
  if (c == '\\') return "\\e";
  if (c == '-' && literal) return "\\-";
  return std::string(1, c);
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string plain(text);
  std::erase(plain, quote);
  return plain;
}

std::string roff_text(std::string_view text) {
  std::string roff;
  bool literal = false;
  for (const char c : text) {
    if (c == quote) {
      literal = !literal;
      roff += literal ? "\\fB" : "\\fR";
    } else {
      roff += roff_character(c, literal);
    }
  }
  return roff;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string_view word : base::split(text, ' ')) {
    std::string& line = lines.back();
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      lines.emplace_back(word);
    } else {
      if (!line.empty()) line += ' ';
      line += word;
    }
  }
  return lines;
}

}  // namespace dmarc::config
