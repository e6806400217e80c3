#include "daemon/options.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace dmarc::daemon {
namespace {

constexpr char flags[] = "Ac:flnp:P:t:u:vV";

struct FlagHelp {
  std::string_view flag;
  std::string_view text;
};

constexpr std::array help{
    FlagHelp{"-A", "start the filter again when it ends unexpectedly"},
    FlagHelp{"-c file", "read this configuration file; \"-\" is standard input"},
    FlagHelp{"-f", "stay in the foreground"},
    FlagHelp{"-l", "log to syslog"},
    FlagHelp{"-n", "check the configuration, then exit"},
    FlagHelp{"-p socket", "listen there"},
    FlagHelp{"-P file", "write the process id to this file"},
    FlagHelp{"-t file[,file...]", "judge these messages instead of listening"},
    FlagHelp{"-u user[:group]", "run as this user"},
    FlagHelp{"-v", "tell more in test mode; twice for everything"},
    FlagHelp{"-V", "print the version, then exit"},
};

/// An option that takes a value, which must not be empty.
bool set_value(Options& options, int flag) {
  const std::string value = optarg;
  if (value.empty()) return false;
  switch (flag) {
    case 'c':
      options.configuration = value;
      break;
    case 'p':
      options.socket = value;
      break;
    case 'P':
      options.pid_file = value;
      break;
    case 'u':
      options.user = value;
      break;
    case 't':
      for (const std::string_view file : base::split(value, ',')) {
        if (!file.empty()) options.test_messages.emplace_back(file);
      }
      return !options.test_messages.empty();
    default:
      return false;
  }
  return true;
}

/// False for an unknown flag and for a wrong value.
bool apply(Options& options, int flag) {
  switch (flag) {
    case 'A':
      options.auto_restart = true;
      break;
    case 'f':
      options.foreground = true;
      break;
    case 'l':
      options.syslog = true;
      break;
    case 'n':
      options.check_only = true;
      break;
    case 'v':
      ++options.verbosity;
      break;
    case 'V':
      options.version = true;
      break;
    default:
      return set_value(options, flag);
  }
  return true;
}

std::string joined(int argc, char* const argv[]) {
  std::string result;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool quoted = std::ranges::any_of(argument, base::is_space);
    if (i > 1) result += ' ';
    if (quoted) result += '"';
    result += argument;
    if (quoted) result += '"';
  }
  return result;
}

}  // namespace

std::string program_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

std::optional<Options> parse_options(int argc, char* const argv[]) {
  Options options;
  options.program = program_name(argv[0]);
  options.arguments = joined(argc, argv);
  opterr = 0;
  optind = 0;
  for (int flag; (flag = getopt(argc, argv, flags)) != -1;) {
    if (flag == '?' || !apply(options, flag)) return std::nullopt;
    if (options.version) return options;
  }
  if (optind < argc) return std::nullopt;
  return options;
}

std::string usage(std::string_view program) {
  constexpr std::size_t column = 20;
  const std::string name(program);
  std::string text = name + ": usage: " + name + " [options]\n";
  for (const FlagHelp& entry : help) {
    text += '\t';
    text += entry.flag;
    text.append(column - entry.flag.size(), ' ');
    text += entry.text;
    text += '\n';
  }
  return text;
}

}  // namespace dmarc::daemon
