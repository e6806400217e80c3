// The program from its arguments to its exit status.

#include <sysexits.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/configuration.h"
#include "daemon/environments.h"
#include "daemon/options.h"
#include "daemon/service.h"
#include "daemon/supervision.h"
#include "daemon/system_log.h"
#include "daemon/test_mode.h"
#include "io/listener.h"
#include "libmilter/engine.h"

namespace dmarc::daemon {
namespace {

using Loaded = tl::expected<config::Configuration, std::string>;

/// The file to read; empty for none.
std::string configuration_path(const Options& options) {
  if (options.configuration) return *options.configuration;
  const std::string usual(default_configuration);
  return ::access(usual.c_str(), R_OK) == 0 ? usual : "";
}

Loaded load(const std::string& path, const std::string& program) {
  if (path.empty()) return config::defaults();
  return config::load(path, program);
}

std::string reload_path(const std::string& path) {
  if (path.empty() || path == "-") return "";
  return std::filesystem::absolute(path);
}

/// What -n prints of a file without an error.
void print_remarks(std::string_view program, const config::Configuration& configuration) {
  for (const log::Event& warning : configuration.warnings)
    std::cerr << program << ": " << warning.text() << '\n';
  for (const std::string& remark : configuration.trust_remarks)
    std::cerr << program << ": " << remark << '\n';
}

int test(const Options& options, config::Configuration configuration) {
  configuration.policy = for_tests(std::move(configuration.policy));
  configuration.failure_reports.enabled = false;
  SystemLog log(options.program);
  const bool tell_all = options.verbosity > 1;
  log.configure(false, configuration.logging.facility, tell_all);
  Environments environments(log);
  environments.use(configuration);
  return run_test_mode(options, TestEnvelope::from_environment(), environments.current());
}

/// What -V prints.
std::string version_block(std::string_view program, std::string_view version) {
  std::string text;
  text.append(program).append(": OpenDMARC Filter v").append(version).append("\n");
  text += "\tSMFI_VERSION " + libmilter::compiled_version() + "\n";
  text += "\tlibmilter version " + libmilter::library_version() + "\n";
  text += "\tActive code options:\n\t\tWITH_SPF (internal)\n";
  return text;
}

bool names_socket(const Options& options, const config::Configuration& configuration) {
  return options.socket || !configuration.process.socket.empty();
}

int run(int argc, char* const argv[]) {
  const auto options = parse_options(argc, argv);
  if (!options) {
    std::cerr << usage(program_name(argv[0]));
    return EX_USAGE;
  }
  if (options->version) {
    std::cout << version_block(options->program, config::defaults().policy.version);
    return EX_OK;
  }
  const std::string path = configuration_path(*options);
  Loaded configuration = load(path, options->program);
  if (!configuration) {
    std::cerr << configuration.error() << '\n';
    return EX_CONFIG;
  }
  if (options->check_only) {
    print_remarks(options->program, *configuration);
    return EX_OK;
  }
  if (!options->test_messages.empty()) return test(*options, std::move(*configuration));
  const std::optional<int> passed = io::socket_from_systemd();
  if (!passed && !names_socket(*options, *configuration)) {
    std::cerr << options->program << ": milter socket must be specified\n";
    if (argc == 1) std::cerr << "\t(use \"-?\" for help)\n";
    return EX_CONFIG;
  }
  Signals signals;
  serve({*options, std::move(*configuration), reload_path(path), passed}, signals);
}

}  // namespace
}  // namespace dmarc::daemon

int main(int argc, char* argv[]) {
  try {
    return dmarc::daemon::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << dmarc::daemon::program_name(argv[0]) << ": " << error.what() << '\n';
    return EX_SOFTWARE;
  }
}
