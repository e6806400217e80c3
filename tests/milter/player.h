// Plays one case of a scenario to a running daemon and compares.
//
//   if (auto problem = play(scenario_case, daemon)) ... "line 12: answer: accept, expected: ..."
//
// Threads: one at a time.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "daemon_process.h"
#include "scenario.h"

namespace dmarc::test {

/// `words` are what stands for "{name}" in expectations. Nothing when all is as expected.
std::optional<std::string> play(const Case& scenario_case, const DaemonProcess& daemon,
                                const std::map<std::string, std::string>& words);

/// Replaces each "{name}".
std::string with_words(std::string text, const std::map<std::string, std::string>& words);

}  // namespace dmarc::test
