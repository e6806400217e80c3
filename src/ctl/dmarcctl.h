// The administration tool: finds the subcommand and runs it.
//
// Threads: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/subcommand.h"

namespace dmarc::ctl {

/// Runs the program under the name it was called by: its own, or one of OpenDMARC's.
int run_as(std::string_view path, const std::vector<std::string>& words, Terminal terminal);

/// `words` are the arguments without the program's name. Returns the exit status.
int dmarcctl(const std::vector<std::string>& words, Terminal terminal);

}  // namespace dmarc::ctl
