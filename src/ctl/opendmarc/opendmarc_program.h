// The programs that OpenDMARC's scripts and cron jobs call, by their own names and options:
// dmarcctl is one of them when it is called by that name.
//
//   if (const auto* program = find_opendmarc_program("opendmarc-import"))
//     return run_opendmarc_program(*program, words, terminal);
//
// Threads: one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/opendmarc/perl_options.h"
#include "ctl/subcommand.h"

namespace dmarc::ctl {

/// The exit status of those programs for any failure.
inline constexpr int opendmarc_failure = 1;

struct OpendmarcProgram {
  std::string_view name;
  std::string_view operands;
  /// Without --help, --verbose and --version, which all of them have.
  std::span<const PerlOption> options;
  int (*run)(const PerlOptions& options, Terminal terminal);
};

extern const OpendmarcProgram opendmarc_expire;
extern const OpendmarcProgram opendmarc_import;
extern const OpendmarcProgram opendmarc_importstats;
extern const OpendmarcProgram opendmarc_params;
extern const OpendmarcProgram opendmarc_reports;

/// Null for another name. `path` is argv[0].
const OpendmarcProgram* find_opendmarc_program(std::string_view path);

int run_opendmarc_program(const OpendmarcProgram& program, const std::vector<std::string>& words,
                          Terminal terminal);

/// "PROG: problem". Returns opendmarc_failure.
int opendmarc_error(Terminal terminal, std::string_view program, std::string_view problem);

}  // namespace dmarc::ctl
