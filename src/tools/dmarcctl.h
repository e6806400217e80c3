// The administration tool: finds the subcommand and runs it.
//
// Threads: one.
#pragma once

#include <string>
#include <vector>

#include "tools/subcommand.h"

namespace dmarc::tools {

/// `words` are the arguments without the program's name. Returns the exit status.
int dmarcctl(const std::vector<std::string>& words, Terminal terminal);

}  // namespace dmarc::tools
