// The one table of log events (src/log/events.def): identifier, priority, format, what the operator
// should do.
//
//   log::Event event = log::make(log::Id::result, {job, domain, "fail"});
//
// Formats that OpenDMARC wrote too are equal to the octet, because people's log parsers know them.
// Arguments are made printable when the event is made, so that nothing from outside can break a
// line.
//
// The pure modules return events; daemon/ writes them to syslog or stderr.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace dmarc::log {

/// syslog(3) priorities, by value.
enum class Priority { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

enum class Id {
#define DMARC_LOG_EVENT(id, priority, format, advice) id,
#include "log/events.def"
#undef DMARC_LOG_EVENT
};

/// One row of the table.
struct Description {
  Id id;
  std::string_view name;
  Priority priority;
  std::string_view format;  ///< "{}" stands for the next argument
  std::string_view advice;  ///< for docs/log-messages.md
};

std::span<const Description> all_events();
const Description& describe(Id id);

struct Event {
  Id id;
  Priority priority;
  std::string text;  ///< printable ASCII, one line
};

/// Fills the format. The number of arguments must be that of the "{}" in it (asserted).
Event make(Id id, std::initializer_list<std::string_view> arguments = {});

/// Where events go. Safe to call from any thread; never blocks for long.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(const Event& event) = 0;
  /// What belongs together, such as the lines of one message.
  virtual void write_all(std::span<const Event> events) {
    for (const Event& event : events)
      write(event);
  }
};

}  // namespace dmarc::log
