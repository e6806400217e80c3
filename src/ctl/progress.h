// A progress line on standard error, redrawn in place, if standard error is a terminal.
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
