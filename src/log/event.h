// The one table of log events (src/log/events.def): identifier, priority, format with named
// arguments, when it is written, what the operator should do. docs/log-messages.md is the table for
// people.
//
//   log::Event event = log::make<log::Id::result>(job, domain, "fail");
//   event.text();               // "4F2A1: example.org fail"
//   event.argument("domain");   // "example.org"
//
// An event is its identifier and its arguments, copied; the arguments are counted when compiled.
// The line is written where it leaves (daemon/system_log), not before, so that an event that nobody
// writes down costs one copy of its arguments. Formats that OpenDMARC wrote too are equal to the
// octet, because people's log parsers know them. Arguments are made printable in the line, so that
// nothing from outside can break it.
//
// Limits: an argument is kept up to max_argument octets, then "..." follows.
// Threads: an event is a value; Sink says what holds for sinks.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace dmarc::log {

/// syslog(3) priorities, by value.
enum class Priority : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

enum class Id : std::uint8_t {
#define DMARC_LOG_EVENT(id, priority, format, when, advice) id,
#include "log/events.def"
#undef DMARC_LOG_EVENT
};

/// Far more than RFC 5321 paths and domain names have.
inline constexpr std::size_t max_argument = 1024;

/// One row of the table.
struct Description {
  Id id;
  std::string_view name;
  Priority priority;
  std::string_view format;  ///< "{name}" stands for the argument of that name
  std::string_view when;    ///< when it is written; one or two sentences
  std::string_view advice;  ///< what the operator should do

  constexpr std::size_t arguments() const {
    std::size_t count = 0;
    for (const char c : format)
      count += c == '{';
    return count;
  }
};

inline constexpr std::array descriptions{
#define DMARC_LOG_EVENT(id, priority, format, when, advice) \
  Description{Id::id, #id, Priority::priority, format, when, advice},
#include "log/events.def"
#undef DMARC_LOG_EVENT
};

constexpr const Description& describe(Id id) {
  return descriptions[static_cast<std::size_t>(id)];
}

/// A text or a number. It refers to the text that it was made from.
class Argument {
 public:
  Argument(std::string_view text) : text_(text) {}
  Argument(const std::string& text) : text_(text) {}
  Argument(const char* text) : text_(text) {}
  template <std::integral Number>
  requires(sizeof(Number) > 1) Argument(Number number)
      : digits_{},
        text_(digits_.data(), std::to_chars(digits_.begin(), digits_.end(), number).ptr) {}
  Argument(const Argument&) = delete;
  Argument& operator=(const Argument&) = delete;

  std::string_view text() const { return text_; }

 private:
  std::array<char, 20> digits_;  ///< as many as 64 bits and a sign take
  std::string_view text_;
};

class Event {
 public:
  static constexpr std::size_t max_arguments = 3;

  Id id() const { return id_; }
  Priority priority() const { return describe(id_).priority; }

  /// As it was given, neither printable nor one line; cut at max_argument.
  std::string_view argument(std::size_t index) const;
  /// Empty if the format has no argument of that name.
  std::string_view argument(std::string_view name) const;

  /// Printable ASCII, one line.
  std::string text() const;
  void append_text(std::string& line) const;

 private:
  template <Id id, typename... Values>
  friend Event make(const Values&... values);
  Event(Id id, std::initializer_list<Argument> arguments);

  std::string values_;  ///< one behind the other
  std::array<std::uint16_t, max_arguments> ends_{};
  Id id_;
};

/// `values` are texts and numbers, as many as the format has names.
template <Id id, typename... Values>
Event make(const Values&... values) {
  static_assert(sizeof...(Values) == describe(id).arguments(),
                "an event takes as many arguments as its format in log/events.def has names");
  return Event(id, {Argument(values)...});
}

/// docs/log-messages.md; a test compares the file with it.
std::string messages_page();

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
