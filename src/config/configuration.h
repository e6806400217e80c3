// A configuration file, read: the values for each part of the program.
//
//   auto loaded = config::load("/etc/opendmarc.conf");
//   if (!loaded) std::cerr << loaded.error();   // one line, with file, line and reason
//
// Threads: immutable once built; shared as shared_ptr<const Configuration>.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/zone.h>

#include "failure/sender.h"
#include "history/record.h"
#include "log/event.h"
#include "policy/settings.h"
#include "resolver/servers.h"
#include "sending/settings.h"

namespace dmarc::config {

enum class MilterEngine { native, libmilter };

/// When AutoRestart gives up.
struct RestartLimits {
  struct Rate {
    unsigned restarts = 0;
    std::chrono::seconds period{0};
  };
  unsigned count = 0;  ///< restarts in all; 0: no limit
  std::optional<Rate> rate;
};

/// How the daemon itself runs; everything here is settled at start.
struct Process {
  std::string socket;
  std::string pid_file;
  std::string user;  ///< USER[:GROUP]
  std::string base_directory;
  std::string root_directory;  ///< for chroot(2)
  bool auto_restart = false;
  RestartLimits restart_limits;
  bool enable_coredumps = false;
  bool confine = true;
  int milter_debug = 0;
  std::optional<unsigned> umask;
  bool background = true;
  std::size_t max_connections = 0;  ///< 0: no limit
  MilterEngine engine = MilterEngine::native;
};

struct Logging {
  bool syslog = false;
  int facility = 0;  ///< a LOG_ value of syslog.h
};

/// How the DNS is asked.
struct Dns {
  std::chrono::milliseconds timeout{5000};
  std::size_t cache_bytes = 64'000'000;
  std::vector<resolver::ServerAddress> nameservers;  ///< empty: those of /etc/resolv.conf
  std::optional<dns::Zone> test_data;                ///< of TestDNSData
};

/// The history file; there is none while `path` is empty.
struct History {
  std::string path;
  history::Settings options;
};

/// Where reports are made from; for dmarcctl alone.
struct Reports {
  std::string database;
  std::string password_file;
};

struct Configuration {
  std::string path;  ///< empty without a file, "(stdin)" for standard input
  Process process;
  Logging logging;
  Dns dns;
  History history;
  Reports reports;
  sending::Settings submission;
  failure::Settings failure_reports;
  policy::Settings policy;
  std::vector<std::string> files;  ///< other files that were read, as the filter finds them
  /// To be logged once the log is open: lines that don't do what they seem to do, a PSL that can't
  /// be read.
  std::vector<log::Event> warnings;
  /// What the settings trust although they need not, one line each: for `dmarcd -n` alone.
  std::vector<std::string> trust_remarks;
  bool has_options = false;    ///< at least one is set
  bool is_unfinished = false;  ///< the last line of the file has no line end
};

/// Reads a file ("-" for standard input), the list files it names and the PSL. `program` is the
/// name in error lines. The error is the line to print: "PROG: FILE: configuration error at line N:
/// REASON"; an empty `program` gives the line for the log, without "PROG: ". Exit status for
/// it: 78.
tl::expected<Configuration, std::string> load(const std::string& path, std::string_view program);

/// The same from text, for tests; `name` stands for the file's name.
tl::expected<Configuration, std::string> load_text(std::string_view text, std::string_view name,
                                                   std::string_view program);

/// What an empty file gives.
Configuration defaults();

}  // namespace dmarc::config
