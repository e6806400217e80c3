// The command line: OpenDMARC's flags.
//
//   auto options = parse_options(argc, argv);
//   if (!options) { std::cerr << usage(program_name(argv[0])); return EX_USAGE; }
//
// Threads: not safe, because getopt(3) is not; the main thread parses once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::daemon {

/// Read without -c when it is there.
inline constexpr std::string_view default_configuration = "/etc/opendmarc.conf";

struct Options {
  std::string program;                       ///< the name that it was called by, without folders
  bool auto_restart = false;                 ///< -A
  std::optional<std::string> configuration;  ///< -c FILE
  bool foreground = false;                   ///< -f
  bool syslog = false;                       ///< -l
  bool check_only = false;                   ///< -n
  std::optional<std::string> socket;         ///< -p SPEC
  std::optional<std::string> pid_file;       ///< -P FILE
  std::vector<std::string> test_messages;    ///< -t FILE[,FILE...]
  std::optional<std::string> user;           ///< -u USER[:GROUP]
  int verbosity = 0;                         ///< -v, repeatable
  bool version = false;                      ///< -V
  /// The arguments for the log, those with a blank in quotes.
  std::string arguments;
};

std::string program_name(std::string_view path);

/// Nothing for a wrong command line, which is answered with usage(). What follows -V is not read.
std::optional<Options> parse_options(int argc, char* const argv[]);

std::string usage(std::string_view program);

}  // namespace dmarc::daemon
