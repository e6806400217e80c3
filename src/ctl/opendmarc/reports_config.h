// The configuration file of opendmarc-reports: "name = value", a line each, where the names are
// those of its options.
//
//   auto words = read_reports_config(options, text);
//   words->insert(words->end(), given.begin(), given.end());   // the command line wins
//
// A switch takes yes, true, 1, no, false and 0. "#" begins a comment at the begin of a line and
// after a blank, so that it may be part of a password; OpenDMARC ends the line at any "#".
//
// Threads: a pure function.
#pragma once

#include <tl/expected.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/opendmarc/perl_options.h"

namespace dmarc::ctl {

/// The file as words of a command line. The error names the line.
tl::expected<std::vector<std::string>, std::string> read_reports_config(
    std::span<const PerlOption> options, std::string_view text);

}  // namespace dmarc::ctl
