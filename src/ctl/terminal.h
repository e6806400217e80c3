// What is shown on a terminal: text as a tree, and a progress line.
//
//   Outline message("message");
//   message.add("client", "192.0.2.1");
//   message.add("SPF", "pass").add("because of ip4:192.0.2.0/24");
//   std::cout << message.text();
//
//   Progress progress(terminal.err);
//   progress.show([&] { return std::to_string(records) + " records"; });
//
// Threads: an Outline is a value; Progress belongs to one thread.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <list>
#include <string>
#include <string_view>

namespace dmarc::ctl {

/// Where a subcommand writes.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
};

/// Each line is a node, its details stand below it, indented. Values are made printable; labels are
/// the program's own words and stay as they are.
class Outline {
 public:
  explicit Outline(std::string line) : line_(std::move(line)) {}

  /// A line below this one. The reference holds as long as this node lives.
  Outline& add(std::string line);
  /// "label: value".
  Outline& add(std::string_view label, std::string_view value);
  Outline& add(Outline node);

  bool has_details() const { return !children_.empty(); }

  /// Every line ends with LF.
  std::string text() const;

 private:
  void write(std::string& out, std::size_t depth) const;

  std::string line_;
  std::list<Outline> children_;
};

/// A line on standard error, redrawn in place, if standard error is a terminal.
class Progress {
 public:
  explicit Progress(std::ostream& err);
  /// Clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Asks for the text at most five times a second; never when standard error is not a terminal.
  void show(const std::function<std::string()>& text);
  /// Clears the line before other output.
  void clear();

 private:
  std::ostream& err_;
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace dmarc::ctl
