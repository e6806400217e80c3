// The steps from the values of a file to the parts of a Configuration, and what they share: the
// values, where they came from, how an error or a warning about them is worded. Private to config/.
//
// Each step fills its part or returns the line to print.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "config/values.h"
#include "log/event.h"

namespace dmarc::config {

/// All that umask(2) looks at.
inline constexpr unsigned umask_bits = 0777;

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

  /// A path as the filter would find it after changing to BaseDirectory.
  std::string located(const std::string& path) const;
  /// The file that an option names, as located and remembered.
  std::string file_of(Text option);
  /// Remembers a file that is read.
  void remember(std::string file) { files_.push_back(std::move(file)); }
  std::vector<std::string> take_files() { return std::move(files_); }

  /// The error for a value that the grammar allows and its meaning does not.
  tl::unexpected<std::string> wrong(AnyOption option, std::string_view value,
                                    std::string_view expected) const;
  /// The error "PROG: FILE: TEXT".
  tl::unexpected<std::string> failed(std::string_view text) const;
  /// The error "PROG: TEXT".
  tl::unexpected<std::string> failed_elsewhere(std::string_view text) const;

  /// A warning about the line that set an option, or about a line of a list file.
  void warn(AnyOption option, std::string_view text);
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

using Filled = tl::expected<void, std::string>;

// fill_process.cpp
Filled fill_process(Context& context, Process& process);
Filled fill_logging(Context& context, Logging& logging);
Filled fill_dns(Context& context, Dns& dns);

// fill_policy.cpp
Filled fill_policy(Context& context, policy::Settings& settings);

// fill_reports.cpp
Filled fill_history(Context& context, History& history);
Filled fill_reports(Context& context, Reports& reports);
/// `host_name` is this host's.
Filled fill_submission(Context& context, const std::string& host_name, sending::Settings& settings);
Filled fill_failure_reports(Context& context, const sending::Settings& submission,
                            failure::Settings& settings);

// configuration.cpp, as is Context
/// Warnings about a correct file: lines without effect, options of other versions, values that may
/// have been meant otherwise.
void remark(Context& context);

// trust_remarks.cpp
/// "FILE: line N: WHAT MAY BE FORGED; WHAT ENDS IT", in the order of the options; without the line
/// where the default is meant.
std::vector<std::string> trust_remarks_on(const Values& values, const std::string& file);

}  // namespace dmarc::config
