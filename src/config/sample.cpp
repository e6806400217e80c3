#include "config/documentation.h"
#include "config/markup.h"
#include "config/options.h"

namespace dmarc::config {
namespace {

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

std::string sample_file() {
  std::string text = plain_text(opening);
  for (const Section& section : sections()) {
    std::string entries;
    for (const Option& option : section.options) {
      if (option.in_sample != InSample::absent) entries += entry(option);
    }
    if (!entries.empty()) text += "\n\n# ---- " + std::string(section.heading) + "\n" + entries;
  }
  return text;
}

}  // namespace dmarc::config
