#include "daemon/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace dmarc::daemon::service_manager {
namespace {

void send(const std::string& state) {
  const char* const variable = std::getenv("NOTIFY_SOCKET");
  const std::string_view path = variable != nullptr ? variable : "";
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  if (path.front() == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
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

}  // namespace

void ready(pid_t main_process) {
  send("READY=1\nSTATUS=Judging mail\nMAINPID=" + std::to_string(main_process));
}

void alive() {
  if (std::getenv("WATCHDOG_USEC") != nullptr) send("WATCHDOG=1");
}

void reloading() {
  send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void stopping() {
  send("STOPPING=1\nSTATUS=Finishing the messages in progress");
}

}  // namespace dmarc::daemon::service_manager
