#include "daemon/log_channels.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <vector>

namespace dmarc::daemon {
namespace {

constexpr int without_waiting = MSG_DONTWAIT | MSG_NOSIGNAL;

bool may_come_later(int error) {
  return error == EAGAIN || error == ENOBUFS || error == ENOMEM;
}

// systemd.exec(5): $JOURNAL_STREAM holds device and inode of the stream when the journal reads it.
bool is_journal_stream(const struct stat& status) {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  return stream != nullptr &&
         stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace

bool SyslogSocket::connect() {
  return connect(SOCK_DGRAM) || (error_ == EPROTOTYPE && connect(SOCK_STREAM));
}

bool SyslogSocket::connect(int type) {
  socket_.reset();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  error_ = ENAMETOOLONG;
  if (path_.size() >= sizeof address.sun_path) return false;
  std::ranges::copy(path_, address.sun_path);
  base::UniqueFd made(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool connected = made && ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address),
                                           sizeof address) == 0;
  error_ = connected ? 0 : errno;
  if (!connected) return false;
  socket_ = std::move(made);
  stream_ = type == SOCK_STREAM;
  return true;
}

std::size_t SyslogSocket::send(std::span<const std::string> lines) {
  const auto attempt = [&](std::span<const std::string> rest) {
    return stream_ ? send_stream(rest) : send_datagrams(rest);
  };
  if (!is_connected()) return 0;
  std::size_t sent = attempt(lines);
  if (sent == lines.size() || may_come_later(errno)) return sent;
  if (connect()) sent += attempt(lines.subspan(sent));
  return sent;
}

std::size_t SyslogSocket::send_datagrams(std::span<const std::string> lines) {
  std::vector<iovec> texts;
  std::vector<mmsghdr> messages(lines.size());
  texts.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // sendmmsg(2) reads what the iovec names.
    texts.push_back({const_cast<char*>(lines[i].data()), lines[i].size()});
    messages[i].msg_hdr.msg_iov = &texts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::size_t sent = 0;
  while (sent < messages.size()) {
    const auto left = static_cast<unsigned>(messages.size() - sent);
    const int count = ::sendmmsg(socket_.get(), &messages[sent], left, without_waiting);
    if (count > 0) sent += static_cast<std::size_t>(count);
    if (count <= 0 && errno != EINTR) break;
  }
  return sent;
}

/// On a stream a NUL ends each line. The kernel takes one of this size as a whole or not at all.
std::size_t SyslogSocket::send_stream(std::span<const std::string> lines) {
  for (std::size_t sent = 0; sent < lines.size(); ++sent) {
    const std::size_t size = lines[sent].size() + 1;
    if (::send(socket_.get(), lines[sent].c_str(), size, without_waiting) < 0) return sent;
  }
  return lines.size();
}

StandardError::StandardError() {
  struct stat status {};
  if (::fstat(STDERR_FILENO, &status) != 0) return;
  journal_ = is_journal_stream(status);
  socket_ = S_ISSOCK(status.st_mode);
  if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))
    own_.reset(::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

/// One write for each line, so that lines of several threads and processes do not mix.
std::size_t StandardError::send(std::span<const std::string> lines) const {
  const int fd = own_ ? own_.get() : STDERR_FILENO;
  for (std::size_t sent = 0; sent < lines.size(); ++sent) {
    pollfd entry{fd, POLLOUT, 0};
    if (!socket_ && ::poll(&entry, 1, 0) == 0) return sent;
    const ssize_t written =
        socket_ ? ::send(fd, lines[sent].data(), lines[sent].size(), without_waiting)
                : ::write(fd, lines[sent].data(), lines[sent].size());
    if (written < 0 && may_come_later(errno)) return sent;
    // There is nowhere to report that the log can't be written.
  }
  return lines.size();
}

}  // namespace dmarc::daemon
