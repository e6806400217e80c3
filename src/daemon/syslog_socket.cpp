#include "daemon/syslog_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

namespace dmarc::daemon {
namespace {

/// "Nov 23 10:00:00", in the time zone of the system as syslog(3) has it.
std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, sizeof "Nov 23 10:00:00"> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%b %e %T", ::localtime_r(&now, &parts));
  return {text.data(), length};
}

std::vector<mmsghdr> datagrams(std::span<iovec> texts) {
  std::vector<mmsghdr> result(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    result[i].msg_hdr.msg_iov = &texts[i];
    result[i].msg_hdr.msg_iovlen = 1;
  }
  return result;
}

}  // namespace

SyslogSocket::SyslogSocket(std::string name, std::string path)
    : name_(std::move(name)),
      path_(std::move(path)),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

bool SyslogSocket::connect() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return false;
  std::ranges::copy(path_, address.sun_path);
  return ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::size_t SyslogSocket::write(std::span<const log::Event> events, int facility) const {
  const std::string head = local_time() + ' ' + name_ + '[' + std::to_string(::getpid()) + "]: ";
  std::vector<std::string> lines;
  std::vector<iovec> texts;
  lines.reserve(events.size());
  for (const log::Event& event : events) {
    const int priority = facility | static_cast<int>(event.priority());
    std::string& line = lines.emplace_back('<' + std::to_string(priority) + '>');
    line += head;
    event.append_text(line);
    texts.push_back({line.data(), line.size()});
  }
  std::vector<mmsghdr> messages = datagrams(texts);
  std::size_t written = send(messages);
  if (written < events.size() && connect()) written += send(std::span(messages).subspan(written));
  return written;
}

/// The number that was sent until the first failure.
std::size_t SyslogSocket::send(std::span<mmsghdr> messages) const {
  std::size_t sent = 0;
  while (sent < messages.size()) {
    const auto left = static_cast<unsigned>(messages.size() - sent);
    const int count = ::sendmmsg(socket_.get(), &messages[sent], left, MSG_NOSIGNAL);
    if (count > 0) sent += static_cast<std::size_t>(count);
    if (count <= 0 && errno != EINTR) break;
  }
  return sent;
}

}  // namespace dmarc::daemon
