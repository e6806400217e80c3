#include "daemon/supervision.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>

#include "base/read_file.h"
#include "base/unique_fd.h"

namespace dmarc::daemon {
namespace {

base::UniqueFd opened(int fd, const char* call) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), call);
  return base::UniqueFd(fd);
}

/// Those of a crash, and those of job control, which stop a process and do not end it.
constexpr std::array left_alone{SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT, SIGSYS,
                                SIGTRAP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT};

void block_all_others() {
  sigset_t set;
  sigfillset(&set);
  for (const int number : left_alone)
    sigdelset(&set, number);
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    throw std::system_error(error, std::generic_category(), "pthread_sigmask()");
  }
}

base::UniqueFd watch(std::initializer_list<int> numbers) {
  block_all_others();
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers)
    sigaddset(&set, number);
  return opened(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd()");
}

/// A service manager that hangs must not keep the filter from ending.
constexpr timeval notify_patience{1, 0};

void tell_service_manager(const std::string& state) {
  const char* const variable = std::getenv("NOTIFY_SOCKET");
  const std::string_view path = variable != nullptr ? variable : "";
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  if (path.front() == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &notify_patience, sizeof notify_patience);
  ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), length);
}

std::string monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  constexpr long per_second = 1'000'000;
  constexpr long nanoseconds = 1'000;
  return std::to_string(now.tv_sec * per_second + now.tv_nsec / nanoseconds);
}

/// A file that the configuration names and the daemon can't use.
std::optional<std::string> out_of_reach(const config::Configuration& configuration,
                                        const sandbox::Folders& folders) {
  const std::string& history = configuration.history.path;
  if (!history.empty() && !folders.can_write(history)) return history;
  const auto found = std::ranges::find_if(
      configuration.files, [&](const std::string& file) { return !folders.can_read(file); });
  if (found == configuration.files.end()) return std::nullopt;
  return *found;
}

/// What changes when somebody writes to a file.
using FileState = std::tuple<ino_t, off_t, time_t, long>;

FileState state_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

/// One clause; empty when there is none.
std::string sign_of_unfinished_writing(const config::Configuration& loaded, const FileState& before,
                                       bool may_be_unfinished) {
  if (state_of(loaded.path) != before) return "it was being written while it was read";
  if (!loaded.has_options) return "it sets no option at all";
  if (loaded.is_unfinished && !may_be_unfinished)
    return "its last line has no line end, as if it were half-written";
  return "";
}

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds check_interval{10};

bool over(const filter::ConnectionLimit& connection_limit, Clock::duration waited,
          Clock::duration for_messages, Clock::duration for_idle) {
  if (connection_limit.connections() == 0 || waited >= for_messages) return true;
  return connection_limit.messages() == 0 && waited >= for_idle;
}

}  // namespace

Signals::Signals()
    : signals_(watch({SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2})),
      ended_(opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd()")) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

std::optional<Wish> Signals::wait(std::optional<std::chrono::milliseconds> timeout) {
  std::array<pollfd, 2> entries{pollfd{signals_.get(), POLLIN, 0}, pollfd{ended_.get(), POLLIN, 0}};
  const int milliseconds = timeout ? static_cast<int>(timeout->count()) : -1;
  if (::poll(entries.data(), entries.size(), milliseconds) <= 0) return std::nullopt;
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    if (info.ssi_signo == SIGUSR2) return Wish::statistics;
    const bool reload = info.ssi_signo == SIGHUP || info.ssi_signo == SIGUSR1;
    return reload ? Wish::reload : Wish::stop;
  }
  std::uint64_t count = 0;
  if (::read(ended_.get(), &count, sizeof count) < 0) return std::nullopt;
  return Wish::engine_ended;
}

void Signals::engine_ended() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(ended_.get(), &one, sizeof one);
}

namespace service_manager {

void ready(pid_t main_process) {
  tell_service_manager("READY=1\nSTATUS=Judging mail\nMAINPID=" + std::to_string(main_process));
}

void alive() {
  if (std::getenv("WATCHDOG_USEC") != nullptr) tell_service_manager("WATCHDOG=1");
}

void reloading() {
  tell_service_manager("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void stopping() {
  tell_service_manager("STOPPING=1\nSTATUS=Finishing the messages in progress");
}

}  // namespace service_manager

tl::expected<config::Configuration, log::Event> load_again(
    const std::string& path, const std::optional<sandbox::Folders>& confined_to,
    bool may_be_unfinished) {
  const FileState before = state_of(path);
  auto loaded = config::load(path, "");
  if (loaded) {
    const std::string sign = sign_of_unfinished_writing(*loaded, before, may_be_unfinished);
    if (!sign.empty()) return tl::unexpected(log::make<log::Id::config_error>(path + ": " + sign));
  }
  if (!confined_to) {
    return std::move(loaded).map_error(
        [](const std::string& error) { return log::make<log::Id::config_error>(error); });
  }
  if (!loaded) {
    const bool refused = loaded.error().ends_with(base::error_text(EACCES));
    return tl::unexpected(refused ? log::make<log::Id::outside_confinement>(loaded.error())
                                  : log::make<log::Id::config_error>(loaded.error()));
  }
  if (const auto file = out_of_reach(*loaded, *confined_to))
    return tl::unexpected(log::make<log::Id::outside_confinement>(*file + " is out of reach"));
  return std::move(*loaded);
}

void drain(io::Listener& listener, const filter::ConnectionLimit& connection_limit,
           Signals& signals, log::Sink& sink, const DrainLimits& limits) {
  listener.stop();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.messages).count();
  sink.write(log::make<log::Id::draining>(connection_limit.messages(), seconds));
  const auto for_idle = listener.is_inherited() ? limits.idle : limits.idle_unheld;
  const auto begin = Clock::now();
  while (!over(connection_limit, Clock::now() - begin, limits.messages, for_idle)) {
    if (signals.wait(check_interval) == Wish::stop) break;
  }
  sink.write(log::make<log::Id::drained>(connection_limit.messages()));
}

}  // namespace dmarc::daemon
