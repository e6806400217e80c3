// seccomp: which system calls a confined daemon can make. Private to confinement.cpp; the list is
// in allowed.h.
//
// Threads: take_refused_system_calls() from one; the calls are noted in whatever thread makes them.
#pragma once

#include <string>
#include <vector>

namespace dmarc::sandbox {

/// For this thread and those that it starts, for good. An errno, or 0.
int restrict_system_calls();

/// The names of those that were refused for the first time since the last call.
std::vector<std::string> take_refused_system_calls();

}  // namespace dmarc::sandbox
