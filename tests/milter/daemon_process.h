// The real daemon, started for a test and stopped by its process id.
//
//   DaemonProcess daemon("AuthservID mx\n", Engine::native, Transport::inet, folder);
//   auto client = milter::client::Client::connect_to(daemon.socket(), {});
//   ...
//   daemon.stop();   // SIGTERM; throws unless it ends with status 0
//
// The daemon runs in the foreground (-f), so that its log comes to us by stderr; the configuration
// is written into the folder. The constructor returns when the socket takes connections. Errors are
// std::runtime_error, with what the daemon had to say.
//
// Threads: a thread of its own collects the log; the functions are for one thread.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "io/socket_spec.h"

namespace dmarc::test {

/// Every wait for the daemon ends after this, even under a sanitizer on a busy machine.
inline constexpr std::chrono::seconds patience{60};

enum class Transport { unix_socket, inet };
std::string_view name_of(Transport transport);

/// The option MilterEngine.
enum class Engine { libmilter, native };
inline constexpr std::array engines{Engine::libmilter, Engine::native};
std::string_view name_of(Engine engine);
std::optional<Engine> engine_named(std::string_view name);

class DaemonProcess {
 public:
  /// `folder` must outlive the process, which may have no more than `descriptors`; 0: as many as
  /// we.
  DaemonProcess(const std::string& configuration, Engine engine, Transport transport,
                const std::string& folder, std::size_t descriptors = 0);
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  const io::SocketSpec& socket() const { return socket_; }
  pid_t pid() const { return pid_; }

  /// Stops the daemon. Throws unless it ends with status 0 in time.
  void stop();

  /// How many lines the log has now, those included that nobody has read yet; a place to search
  /// from.
  std::size_t log_size() const;
  /// The lines from that place on, without the daemon's name in front.
  std::vector<std::string> log_since(std::size_t place) const;
  /// Waits until a line from that place on pleases `wanted`; false when none came in time.
  bool wait_for_log(std::size_t place, const std::function<bool(const std::string&)>& wanted) const;

  /// Resident memory in KiB, and the numbers of open files and of threads.
  std::size_t resident_kib() const;
  std::size_t open_files() const;
  std::size_t threads() const;

 private:
  void start(const std::string& configuration_path, const std::string& socket,
             std::size_t descriptors);
  void collect_log();
  bool take_log() const;
  void await_socket();
  bool has_ended();
  std::string last_words() const;
  std::size_t entries_of(const char* folder) const;

  io::SocketSpec socket_;
  pid_t pid_ = -1;
  int status_ = 0;
  base::UniqueFd stderr_;
  std::thread collector_;
  mutable std::mutex mutex_;
  mutable std::condition_variable more_;
  mutable std::string pending_;  ///< a line that is not whole yet
  mutable std::vector<std::string> log_;
};

}  // namespace dmarc::test
