#include "log/event.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::log {
namespace {

constexpr std::string_view cut_mark = "...";

static_assert(std::ranges::all_of(descriptions, [](const Description& row) {
  return row.arguments() <= Event::max_arguments;
}));
static_assert(Event::max_arguments * (max_argument + cut_mark.size()) <= UINT16_MAX);

/// Most arguments are printable as they are.
void append_printable(std::string& line, std::string_view text) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; };
  if (std::ranges::all_of(text, is_plain))
    line += text;
  else
    line += base::printable(text, text.size());
}

/// Calls literal(text) and argument(name) for the parts of a format, in order.
template <typename Literal, typename Named>
void each_part(std::string_view format, Literal literal, Named argument) {
  for (std::size_t begin; (begin = format.find('{')) != std::string_view::npos;) {
    const std::size_t end = format.find('}', begin);
    literal(format.substr(0, begin));
    argument(format.substr(begin + 1, end - begin - 1));
    format.remove_prefix(end + 1);
  }
  literal(format);
}

}  // namespace

Event::Event(Id id, std::initializer_list<Argument> arguments) : id_(id) {
  std::size_t size = 0;
  for (const Argument& argument : arguments)
    size += std::min(argument.text().size(), max_argument + cut_mark.size());
  values_.reserve(size);
  auto end = ends_.begin();
  for (const Argument& argument : arguments) {
    values_ += argument.text().substr(0, max_argument);
    if (argument.text().size() > max_argument) values_ += cut_mark;
    *end++ = static_cast<std::uint16_t>(values_.size());
  }
}

std::string_view Event::argument(std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(values_).substr(begin, ends_[index] - begin);
}

std::string_view Event::argument(std::string_view name) const {
  std::string_view result;
  std::size_t index = 0;
  each_part(
      describe(id_).format, [](std::string_view) {},
      [&](std::string_view candidate) {
        if (candidate == name) result = argument(index);
        ++index;
      });
  return result;
}

std::string Event::text() const {
  std::string line;
  append_text(line);
  return line;
}

void Event::append_text(std::string& line) const {
  const std::string_view format = describe(id_).format;
  line.reserve(line.size() + format.size() + values_.size());
  std::size_t index = 0;
  each_part(
      format, [&](std::string_view text) { line += text; },
      [&](std::string_view) { append_printable(line, argument(index++)); });
}

// --- docs/log-messages.md
// -------------------------------------------------------------------------

namespace {

constexpr std::string_view page_opening = R"(# Log messages

Every line that `dmarcd` writes to its log, with the priority that syslog.conf and the journal sort
by. Names in angle brackets stand for what varies; octets outside printable ASCII, and backslashes,
appear as `\xHH`. A line about a message begins with its queue id, `<job>`. Lines that OpenDMARC
wrote too have its wording.
)";

std::string_view priority_word(Priority priority) {
  switch (priority) {
    case Priority::error:
      return "error";
    case Priority::warning:
      return "warning";
    case Priority::notice:
      return "notice";
    case Priority::info:
      return "info";
    case Priority::debug:
      break;
  }
  return "debug";
}

std::string as_it_appears(std::string_view format) {
  std::string line;
  for (const char c : format)
    line += c == '{' ? '<' : c == '}' ? '>' : c;
  return line;
}

std::string page_entry(const Description& row) {
  std::string text = "\n## " + std::string(row.name) + "\n\n";
  text += std::string(priority_word(row.priority)) + ": `" + as_it_appears(row.format) + "`\n\n";
  text += std::string(row.when) + "\n\n";
  return text + "*What to do:* " + std::string(row.advice) + "\n";
}

}  // namespace

std::string messages_page() {
  std::string page(page_opening);
  for (const Description& row : descriptions)
    page += page_entry(row);
  return page;
}

}  // namespace dmarc::log
