// One subcommand of dmarcctl.
//
// The table of them all is in dmarcctl.cpp; "dmarcctl help", usage errors and the dispatch are made
// from it.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "ctl/arguments.h"

namespace dmarc::ctl {

/// Exit statuses of sysexits.h that are used here.
namespace status {
inline constexpr int ok = 0;
inline constexpr int usage = 64;
inline constexpr int no_input = 66;
inline constexpr int unavailable = 69;
inline constexpr int temporary_failure = 75;
inline constexpr int protocol = 76;
inline constexpr int config = 78;
}  // namespace status

/// Where a subcommand writes.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
};

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

extern const Subcommand bounce_subcommand;
extern const Subcommand check_subcommand;
extern const Subcommand db_subcommand;
extern const Subcommand expire_subcommand;
extern const Subcommand explain_subcommand;
extern const Subcommand import_subcommand;
extern const Subcommand params_subcommand;
extern const Subcommand probe_subcommand;
extern const Subcommand report_subcommand;
extern const Subcommand reports_subcommand;
extern const Subcommand spf_subcommand;
extern const Subcommand submit_subcommand;

}  // namespace dmarc::ctl
