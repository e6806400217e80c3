#include "config/reader.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace dmarc::config {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t max_shown_name = 64;

/// Options that OpenDMARC has had and people still ask for.
struct Former {
  std::string_view name;
  std::string_view help;
};
constexpr std::array former{
    Former{"AlwaysDeliver", "RejectFailures took its place, with the opposite meaning"},
    Former{"ForensicReports", "it is FailureReports now"},
    Former{"ForensicReportsBcc", "it is FailureReportsBcc now"},
    Former{"ForensicReportsOnNone", "it is FailureReportsOnNone now"},
    Former{"ForensicReportsSentBy", "it is FailureReportsSentBy now"},
    Former{"Include", "one file holds the whole configuration"},
    Former{"TemporaryDirectory", "it is not needed any more; remove the line"},
};

std::string unrecognized(std::string_view name) {
  std::string reason = "unrecognized parameter \"" + base::printable(name, max_shown_name) + "\"";
  const auto row = std::ranges::find_if(
      former, [&](const Former& candidate) { return base::iequals(candidate.name, name); });
  if (row != former.end()) return reason + "; " + std::string(row->help);
  const std::string_view near =
      name.size() > max_shown_name ? "" : base::nearest(name, option_names());
  if (!near.empty()) reason += "; did you mean \"" + std::string(near) + "\"?";
  return reason;
}

tl::expected<void, std::string> read_line(std::string_view line, unsigned number, Values& values) {
  if (line.size() > max_line)
    return tl::unexpected("line longer than " + std::to_string(max_line) + " octets");
  line = base::trim(line.substr(0, line.find('#')));
  if (line.empty()) return {};
  const auto name_length =
      static_cast<std::size_t>(std::ranges::find_if(line, base::is_space) - line.begin());
  const std::string_view name = line.substr(0, name_length);
  const Option* option = find_option(name);
  if (option == nullptr) return tl::unexpected(unrecognized(name));
  return values.set(*option, base::trim(line.substr(name_length)), number);
}

}  // namespace

tl::expected<Values, LineError> read_values(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Values values;
  unsigned number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    if (auto read = read_line(line, number, values); !read)
      return tl::unexpected(LineError{number, std::move(read.error())});
  }
  return values;
}

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
