#include "daemon/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace dmarc::daemon {
namespace {

base::UniqueFd opened(int fd, const char* call) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), call);
  return base::UniqueFd(fd);
}

base::UniqueFd watch(std::initializer_list<int> numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers)
    sigaddset(&set, number);
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    throw std::system_error(error, std::generic_category(), "pthread_sigmask()");
  }
  return opened(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd()");
}

}  // namespace

Signals::Signals()
    : signals_(watch({SIGTERM, SIGINT, SIGHUP, SIGUSR1})),
      ended_(opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd()")) {
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<Wish> Signals::wait(std::optional<std::chrono::milliseconds> timeout) {
  std::array<pollfd, 2> entries{pollfd{signals_.get(), POLLIN, 0}, pollfd{ended_.get(), POLLIN, 0}};
  const int milliseconds = timeout ? static_cast<int>(timeout->count()) : -1;
  if (::poll(entries.data(), entries.size(), milliseconds) <= 0) return std::nullopt;
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
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

}  // namespace dmarc::daemon
