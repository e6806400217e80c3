// One subcommand of dmarcctl: what it is called, its options and exit statuses, and the arguments
// of a call.
//
//   constexpr Flag flags[] = {{"zone", "FILE", "answer DNS questions from FILE"}, ...};
//   auto arguments = Arguments::parse(flags, {"--zone=z", "example.org"});
//   arguments->value("zone");   // "z"
//
// "--name VALUE" and "--name=VALUE" mean the same; "--" ends the options; "-" is an operand.
//
// The table of all subcommands is in dmarcctl.cpp; "dmarcctl help", usage errors and the dispatch
// are made from it.
//
// Threads: values, and functions without state.
#pragma once

#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/terminal.h"

namespace dmarc::ctl {

/// One row of a subcommand's option table.
struct Flag {
  std::string_view name;   ///< without the dashes
  std::string_view value;  ///< what the usage text calls its value; empty for a switch
  std::string_view help;   ///< one clause
};

class Arguments {
 public:
  /// The error is one line for standard error.
  static tl::expected<Arguments, std::string> parse(std::span<const Flag> flags,
                                                    const std::vector<std::string>& words);

  bool has(std::string_view name) const { return values_.contains(std::string(name)); }
  /// The last value given.
  std::optional<std::string> value(std::string_view name) const;
  std::string value_or(std::string_view name, std::string_view fallback) const;
  /// Every value given, in order.
  std::vector<std::string> values(std::string_view name) const;
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> operands_;
};

/// Exit statuses of sysexits.h that are used here.
namespace status {
inline constexpr int ok = 0;
inline constexpr int usage = 64;
inline constexpr int data_error = 65;
inline constexpr int no_input = 66;
inline constexpr int unavailable = 69;
inline constexpr int temporary_failure = 75;
inline constexpr int protocol = 76;
inline constexpr int config = 78;
}  // namespace status

struct ExitStatus {
  int value;
  std::string_view meaning;
};

struct Subcommand {
  std::string_view name;
  std::string_view summary;   ///< one clause
  std::string_view operands;  ///< for the usage line
  std::span<const Flag> flags;
  std::span<const ExitStatus> statuses;
  int (*run)(const Arguments& arguments, Terminal terminal);
};

/// Prints what is wrong and where the help text is. Returns status::usage.
int usage_error(Terminal terminal, std::string_view subcommand, std::string_view problem);

/// Prints what went wrong. Returns `status`.
int failure(Terminal terminal, std::string_view subcommand, std::string_view problem, int status);

extern const Subcommand arc_subcommand;
extern const Subcommand bounce_subcommand;
extern const Subcommand check_subcommand;
extern const Subcommand db_subcommand;
extern const Subcommand dkim_subcommand;
extern const Subcommand expire_subcommand;
extern const Subcommand explain_subcommand;
extern const Subcommand import_subcommand;
extern const Subcommand params_subcommand;
extern const Subcommand probe_subcommand;
extern const Subcommand read_subcommand;
extern const Subcommand report_subcommand;
extern const Subcommand reports_subcommand;
extern const Subcommand senders_subcommand;
extern const Subcommand spf_subcommand;
extern const Subcommand submit_subcommand;

}  // namespace dmarc::ctl
