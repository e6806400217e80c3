// run_scenarios [FILE...]
//
// Plays scenario files (without arguments: all of tests/milter/scenarios) to the real daemon, each
// over a UNIX socket and over TCP. Names every case that fails, with what was expected, and closes
// with "N passed, N failed". Exit status 0 when none failed, 1 when some did, 2 for a file that
// can't be understood.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "config/configuration.h"
#include "daemon_process.h"
#include "player.h"
#include "scenario.h"
#include "support/dns_server.h"
#include "support/temporary_folder.h"

namespace dmarc::test {
namespace {

struct Score {
  unsigned passed = 0;
  unsigned failed = 0;
};

std::string_view name_of(Transport transport) {
  return transport == Transport::inet ? "inet" : "unix";
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

void report(Score& score, const std::string& file, Transport transport, const Case& played,
            const std::optional<std::string>& problem) {
  if (!problem) {
    ++score.passed;
    return;
  }
  ++score.failed;
  std::cout << "FAILED " << file << ":" << played.line << " (" << name_of(transport)
            << "): " << played.title << "\n    " << *problem << "\n";
}

void run(const Scene& scene, Transport transport, const std::string& file, Score& score) {
  const TemporaryFolder folder;
  DnsServer dns(scene.zone);
  const std::map<std::string, std::string> words{
      {"folder", folder.path()},
      {"host", host_name()},
      {"dns", dns.address().text()},
      {"version", config::defaults().policy.version},
  };
  for (const auto& [name, text] : scene.files)
    folder.write(name, with_words(text, words));
  // The last of equal options counts, so a scenario may name other servers.
  DaemonProcess daemon(
      with_words("Nameservers {dns}\nBackground false\n" + scene.configuration, words), transport,
      folder.path());
  for (const Case& next : scene.cases)
    report(score, file, transport, next, play(next, daemon, words));
  daemon.stop();
}

void run_file(const std::string& file, Score& score) {
  const std::vector<Scene> scenes = read_scenario(file);
  for (const Transport transport : {Transport::unix_socket, Transport::inet}) {
    for (const Scene& scene : scenes) {
      try {
        run(scene, transport, file, score);
      } catch (const ScenarioError&) {
        throw;
      } catch (const std::exception& error) {
        ++score.failed;
        std::cout << "FAILED " << file << " (" << name_of(transport) << "): " << error.what()
                  << "\n";
      }
    }
  }
}

std::vector<std::string> all_scenarios() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(DMARCD_SCENARIOS))
    if (entry.path().extension() == ".scenario") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace
}  // namespace dmarc::test

int main(int argc, char* argv[]) {
  using namespace dmarc::test;
  std::vector<std::string> files(argv + 1, argv + argc);
  if (files.empty()) files = all_scenarios();
  Score score;
  try {
    for (const std::string& file : files)
      run_file(file, score);
  } catch (const ScenarioError& error) {
    std::cerr << "run_scenarios: " << error.what() << "\n";
    return 2;
  }
  std::cout << score.passed << " passed, " << score.failed << " failed\n";
  return score.failed == 0 ? 0 : 1;
}
