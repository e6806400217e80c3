#include "config/documentation.h"

#include <algorithm>

#include "base/ascii.h"
#include "config/options.h"

namespace dmarc::config {
namespace {

constexpr char quote = '`';

/// A hyphen in a name or a value is one that people copy, so it has to stay a minus sign.
std::string roff_character(char c, bool literal) {
  if (c == '\\') return "\\e";
  if (c == '-' && literal) return "\\-";
  return std::string(1, c);
}

constexpr std::size_t text_width = 78;

constexpr std::string_view opening =
    "# Configuration of dmarcd, and of OpenDMARC, whose options keep their names and\n"
    "# meaning.\n"
    "#\n"
    "# One option a line: its name, blanks, its value; `#` begins a comment. A line such\n"
    "# as `#Background true` shows the default, or an example where there is none:\n"
    "# remove the `#` to change it. opendmarc.conf(5) says more about every option.\n"
    "# `dmarcd -n` checks the file; `systemctl reload dmarcd` makes a change take effect.\n";

std::string comment(std::string_view text) {
  std::string lines;
  for (const std::string& line : wrap(plain_text(text), text_width))
    lines += "# " + line + "\n";
  return lines;
}

std::string entry(const Option& option) {
  const std::string_view value = option.example.empty() ? option.default_value : option.example;
  return "\n" + comment(option.summary) + (option.in_sample == InSample::active ? "" : "#") +
         std::string(option.name) + " " + std::string(value) + "\n";
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

std::string sample_file() {
  std::string text = plain_text(opening);
  for (const Section& section : sections) {
    std::string entries;
    for (const Option& option : section.options) {
      if (option.in_sample != InSample::absent) entries += entry(option);
    }
    if (!entries.empty()) text += "\n\n# ---- " + std::string(section.heading) + "\n" + entries;
  }
  return text;
}

}  // namespace dmarc::config
