// run_scenarios [--engine libmilter|native] [FILE...]
//
// Plays scenario files (without arguments: all of tests/milter/scenarios) to the real daemon, each
// over a UNIX socket and over TCP, with both protocol engines or the one that is named. Names every
// case that fails, with what was expected, and closes
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

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// How the daemon is run.
struct Setting {
  Engine engine;
  Transport transport;
};

std::string text_of(const Setting& setting) {
  return std::string(name_of(setting.engine)) + ", " + std::string(name_of(setting.transport));
}

void report(Score& score, const std::string& file, const Setting& setting, const Case& played,
            const std::optional<std::string>& problem) {
  if (!problem) {
    ++score.passed;
    return;
  }
  ++score.failed;
  std::cout << "FAILED " << file << ":" << played.line << " (" << text_of(setting)
            << "): " << played.title << "\n    " << *problem << "\n";
}

void run(const Scene& scene, const Setting& setting, const std::string& file, Score& score) {
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
      with_words("Nameservers {dns}\nBackground false\n" + scene.configuration, words),
      setting.engine, setting.transport, folder.path());
  for (const Case& next : scene.cases)
    report(score, file, setting, next, play(next, daemon, words));
  daemon.stop();
}

void run_file(const std::string& file, Engine engine, Score& score) {
  const std::vector<Scene> scenes = read_scenario(file);
  for (const Transport transport : {Transport::unix_socket, Transport::inet}) {
    const Setting setting{engine, transport};
    for (const Scene& scene : scenes) {
      try {
        run(scene, setting, file, score);
      } catch (const ScenarioError&) {
        throw;
      } catch (const std::exception& error) {
        ++score.failed;
        std::cout << "FAILED " << file << " (" << text_of(setting) << "): " << error.what() << "\n";
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
  std::vector<Engine> chosen(engines.begin(), engines.end());
  if (files.size() >= 2 && files[0] == "--engine") {
    const auto engine = engine_named(files[1]);
    if (!engine) {
      std::cerr << "run_scenarios: there is no engine \"" << files[1] << "\"\n";
      return 2;
    }
    chosen = {*engine};
    files.erase(files.begin(), files.begin() + 2);
  }
  if (files.empty()) files = all_scenarios();
  Score score;
  try {
    for (const Engine engine : chosen)
      for (const std::string& file : files)
        run_file(file, engine, score);
  } catch (const ScenarioError& error) {
    std::cerr << "run_scenarios: " << error.what() << "\n";
    return 2;
  }
  std::cout << score.passed << " passed, " << score.failed << " failed\n";
  return score.failed == 0 ? 0 : 1;
}
