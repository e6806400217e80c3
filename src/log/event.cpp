#include "log/event.h"

#include <array>
#include <cassert>

#include "base/ascii.h"

namespace dmarc::log {
namespace {

// The longest argument that is logged whole; RFC 5321 paths and domain names are far shorter.
constexpr std::size_t max_argument = 1024;

constexpr std::array table{
#define DMARC_LOG_EVENT(id, priority, format, advice) \
  Description{Id::id, #id, Priority::priority, format, advice},
#include "log/events.def"
#undef DMARC_LOG_EVENT
};

}  // namespace

std::span<const Description> all_events() {
  return table;
}

const Description& describe(Id id) {
  return table[static_cast<std::size_t>(id)];
}

Event make(Id id, std::initializer_list<std::string_view> arguments) {
  const Description& row = describe(id);
  Event event{id, row.priority, {}};
  const auto* next = arguments.begin();
  std::string_view rest = row.format;
  for (std::size_t gap; (gap = rest.find("{}")) != std::string_view::npos;) {
    assert(next != arguments.end());
    event.text += rest.substr(0, gap);
    if (next != arguments.end()) event.text += base::printable(*next++, max_argument);
    rest.remove_prefix(gap + 2);
  }
  assert(next == arguments.end());
  event.text += rest;
  return event;
}

}  // namespace dmarc::log
