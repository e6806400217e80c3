// A line on standard error that is written over itself while something takes long, when somebody is
// watching.
//
//   Progress progress(terminal.err);
//   progress.show([&] { return std::to_string(records) + " records"; });
//
// Threads: one.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

namespace dmarc::ctl {

class Progress {
 public:
  explicit Progress(std::ostream& err);
  /// Leaves an empty line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Asks for the text at most five times a second, and never when standard error is no terminal.
  void show(const std::function<std::string()>& text);
  /// Makes room for other output.
  void clear();

 private:
  std::ostream& err_;
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace dmarc::ctl
