// What the steps from values to a Configuration share: the values, where they came from, how an
// error or a warning about them is worded. Private to config/.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "config/values.h"
#include "log/event.h"

namespace dmarc::config {

/// "PROG: FILE: configuration error at line N: REASON", OpenDMARC's form. Without "PROG: " where
/// `program` is empty, which is the form for the log.
std::string error_line(std::string_view program, std::string_view file, unsigned line,
                       std::string_view reason);

class Context {
 public:
  Context(const Values& values, std::string_view file, std::string_view program)
      : values_(values), file_(file), program_(program) {}

  const Values& values() const { return values_; }
  const std::string& file() const { return file_; }
  bool chosen(std::string_view option, std::string_view word) const {
    return values_.text(option) == word;
  }

  /// A path as the filter would find it after changing to BaseDirectory.
  std::string located(const std::string& path) const;
  /// The file that an option names, as located and remembered.
  std::string file_of(std::string_view option);
  /// Remembers a file that is read.
  void remember(std::string file) { files_.push_back(std::move(file)); }
  std::vector<std::string> take_files() { return std::move(files_); }

  /// The error for a value that the grammar allows and its meaning does not.
  tl::unexpected<std::string> wrong(std::string_view option, std::string_view value,
                                    std::string_view expected) const;
  /// The error "PROG: FILE: TEXT".
  tl::unexpected<std::string> failed(std::string_view text) const;
  /// The error "PROG: TEXT".
  tl::unexpected<std::string> failed_elsewhere(std::string_view text) const;

  /// A warning about the line that set an option, or about a line of a list file.
  void warn(std::string_view option, std::string_view text);
  void warn_in(std::string_view file, unsigned line, std::string_view text);
  void add(log::Event event) { warnings_.push_back(std::move(event)); }
  std::vector<log::Event> take_warnings() { return std::move(warnings_); }

 private:
  const Values& values_;
  const std::string file_;
  const std::string program_;
  std::vector<log::Event> warnings_;
  std::vector<std::string> files_;
};

}  // namespace dmarc::config
