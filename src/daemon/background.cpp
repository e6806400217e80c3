#include "daemon/background.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace dmarc::daemon {
namespace {

/// The parent's end: it leaves with the status that the child tells, or, when the child dies
/// without a word, with that of an operating system error.
[[noreturn]] void wait_for(int child) {
  unsigned char status = EX_OSERR;
  ssize_t got;
  do {
    got = ::read(child, &status, sizeof status);
  } while (got < 0 && errno == EINTR);
  ::_exit(status);
}

void tell(int parent, int status) {
  const auto octet = static_cast<unsigned char>(status);
  // A parent that is gone needs no answer.
  [[maybe_unused]] const ssize_t written = ::write(parent, &octet, sizeof octet);
}

}  // namespace

tl::expected<Background, Failure> Background::enter() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return tl::unexpected(failure_of(EX_OSERR, "pipe()", errno));
  }
  base::UniqueFd child(ends[0]);
  base::UniqueFd parent(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return tl::unexpected(failure_of(EX_OSERR, "fork()", errno));
  if (pid > 0) {
    parent.reset();
    wait_for(child.get());
  }
  ::setsid();
  return Background(std::move(parent));
}

void Background::ready() {
  if (!parent_) return;
  const base::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::dup2(null.get(), fd);
  tell(parent_.get(), EX_OK);
  parent_.reset();
}

void Background::failed(int status) {
  if (!parent_) return;
  tell(parent_.get(), status);
  parent_.reset();
}

}  // namespace dmarc::daemon
