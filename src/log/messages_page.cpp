#include "log/event.h"

namespace dmarc::log {
namespace {

constexpr std::string_view opening = R"(# Log messages

Every line that `dmarcd` writes to its log, with the priority that syslog.conf and the journal sort
by. Names in angle brackets stand for what varies; octets outside printable ASCII, and backslashes,
appear as `\xHH`. A line about a message begins with its queue id, `<job>`. Lines that OpenDMARC
wrote too have its wording.
)";

std::string_view word(Priority priority) {
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

std::string entry(const Description& row) {
  std::string text = "\n## " + std::string(row.name) + "\n\n";
  text += std::string(word(row.priority)) + ": `" + as_it_appears(row.format) + "`\n\n";
  text += std::string(row.when) + "\n\n";
  return text + "*What to do:* " + std::string(row.advice) + "\n";
}

}  // namespace

std::string messages_page() {
  std::string page(opening);
  for (const Description& row : descriptions)
    page += entry(row);
  return page;
}

}  // namespace dmarc::log
